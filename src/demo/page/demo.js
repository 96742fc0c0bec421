// Tells the story: what happens just now, what it is for, where to look. The two pages below look after themselves.
const at = (id) => document.getElementById(id);
const dashboard = document.querySelector("iframe[name=dashboard]");
const EVERY = 1500;
let shown = null;

async function ask(path, method = "GET") {
  const answer = await fetch(path, { method });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw new Error(body.error?.what ?? `The server answers ${answer.status}.`);
  }
  return body;
}

function draw({ steps, now, next, training }) {
  at("title").textContent = `${now.number}/${steps.length} ${now.title}.`;
  at("happens").textContent = now.happens;
  at("purpose").textContent = now.purpose;
  at("look").textContent = now.look;
  at("training").textContent = training ?? "";
  at("open").href = now.page;
  at("hint").hidden = next === null;
  if (at("status").textContent !== now.status) {
    at("status").textContent = now.status;
  }
  at("status").className = now.found ? "found" : "";
  at("next").disabled = next === null;
  at("next").textContent = next === null ? "The end" : `Next: ${next}`;
  at("steps").replaceChildren(
    ...steps.map(({ id, title, state }, index) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      Object.assign(link, { href: `/demo?step=${id}`, title, textContent: String(index + 1) });
      link.setAttribute("aria-label", `Step ${index + 1}: ${title}`);
      link.dataset.step = id;
      item.className = state.replace(" ", "-");
      if (state === "now") {
        link.setAttribute("aria-current", "step");
      }
      item.append(link);
      return item;
    }),
  );
  if (shown !== null && shown !== now.id) {
    show(now.page);
  }
  shown = now.id;
}

/** Brings the dashboard to the page that shows the step. */
function show(page) {
  dashboard.contentWindow.location.href = page;
}

async function go(path, page = true) {
  at("next").disabled = true;
  try {
    const view = await ask(path, "POST");
    shown = page ? "" : shown;
    draw(view);
    history.replaceState(null, "", `/demo?step=${view.now.id}`);
  } catch (error) {
    at("status").textContent = error.message;
    at("next").disabled = false;
  }
}

async function tell() {
  try {
    draw(await ask("/demo/story"));
  } catch (error) {
    at("status").textContent =
      error instanceof TypeError
        ? "cmswatch has stopped. Start it again with npm start; this page comes back by itself."
        : error.message;
  }
}

const next = () => at("next").disabled || go("/demo/story/next");
at("next").addEventListener("click", next);
at("steps").addEventListener("click", (event) => {
  const step = event.target.dataset?.step;
  if (step !== undefined && !event.metaKey && !event.ctrlKey && event.button === 0) {
    event.preventDefault();
    go(`/demo/story/steps/${step}`);
  }
});
const isTyping = (target) => target.matches?.("input, textarea, select, [contenteditable]");
function onKey(event) {
  if (event.key.toLowerCase() === "n" && !event.metaKey && !event.ctrlKey && !event.altKey && !isTyping(event.target)) {
    next();
  }
}
addEventListener("keydown", onKey);
// The keyboard is in whichever page was clicked last.
for (const frame of document.querySelectorAll("iframe")) {
  frame.addEventListener("load", () => frame.contentWindow.addEventListener("keydown", onKey));
}

// An address with a step tells that step; without one the story goes on where it is.
const wanted = new URLSearchParams(location.search).get("step");
if (wanted === null) {
  await tell();
} else {
  await tell();
  if (shown !== wanted) {
    await go(`/demo/story/steps/${encodeURIComponent(wanted)}`);
  }
}
setInterval(tell, EVERY);
