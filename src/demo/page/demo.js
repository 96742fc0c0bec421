// Shows what the demo is doing just now; the two pages below look after themselves.
const story = document.querySelector("#story");

async function tell() {
  try {
    const answer = await fetch("/demo/story");
    story.textContent = answer.ok ? (await answer.json()).text : `The server answers ${answer.status}.`;
  } catch {
    story.textContent = "cmswatch has stopped. Start it again with npm start; this page comes back by itself.";
  }
}

tell();
setInterval(tell, 2000);
