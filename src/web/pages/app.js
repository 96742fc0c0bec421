import { get, Refused, send } from "./api.js";
import { h, morph } from "./dom.js";
import { age, now, refreshAges } from "./format.js";
import { route } from "./routes.js";
import { signInForm } from "./sign-in.js";
import { createTabs } from "./tabs.js";

const RANKS = { viewer: 0, operator: 1, admin: 2 };
const RECONNECT_AFTER = 40_000;

const main = document.getElementById("main");
const liveSign = document.getElementById("live");
const ageSign = document.getElementById("age");
const tabs = createTabs(document.getElementById("tabs"));
let me = { actor: null, links: [], pages: ["overview", "alerts"] };
let shown = null;
/** Who is asking; the first page is asked for meanwhile. */
const known = learnWho();
let pending = false;
let again = false;

const context = {
  actor: () => me.actor,
  may: (role) => me.actor !== null && RANKS[me.actor.role] >= RANKS[role],
  act: async (action) => {
    try {
      toast((await send("/api/v1/actions", action)).message);
      await show();
    } catch (error) {
      toast(error.message, true);
    }
  },
  toast,
  refresh: () => show(),
};

async function learnWho() {
  try {
    me = await get("/api/v1/me");
  } catch {
    // Not signed in, or away: show() says which.
  }
  if (me.actor !== null) {
    const { name, role } = me.actor;
    document.getElementById("who").replaceChildren(h("a", { href: "/sign-in" }, `${name}, ${role}`));
  }
}

/** Draws the page that the address names. Only one drawing at a time; what is asked for meanwhile is drawn after it. */
async function show() {
  if (pending) {
    again = true;
    return;
  }
  pending = true;
  const page = route(location.pathname, new URLSearchParams(location.search));
  try {
    const [data] = await Promise.all([page.load(), known]);
    draw(page, [page.name !== "overview" && caveat(data.asOf), page.draw(data, context)]);
    showAge(data);
  } catch (error) {
    if (error instanceof Refused && error.status === 401) {
      draw(page, signInForm(error.message, context));
    } else {
      draw(page, h("p", { class: "empty bad", role: "alert" }, error.message));
    }
  } finally {
    pending = false;
  }
  if (again) {
    again = false;
    await show();
  }
}

function draw(page, content) {
  const isNew = shown !== page.path;
  const next = h("main", {}, content);
  if (isNew) {
    main.replaceChildren(...next.childNodes);
    main.className = page.name;
    document.title = page.title === "" ? "cmswatch" : `${page.title} · cmswatch`;
    tabs.draw(page.name, me.pages, me.links);
    shown = page.path;
  } else {
    morph(main, next);
  }
}

/** Says when what is shown could not be read again. */
function caveat(asOf) {
  return (
    asOf?.caveat &&
    h(
      "p",
      { class: "notice", role: "alert" },
      `Alertmanager cannot be read: ${asOf.caveat}. `,
      asOf.at === null ? "Nothing is known yet." : ["What is shown is what was known ", age(asOf.at), "."],
    )
  );
}

/** How old the data on this page is; what has no time of its own was read from the store for this very answer. */
function showAge({ asOf, service }) {
  const at = service === undefined ? (asOf?.at ?? new Date(now()).toISOString()) : service.dataAt;
  ageSign.replaceChildren(at === null || at === undefined ? "no data" : age(at, "data ", " old"));
}

let toastTimer;
function toast(text, isBad = false) {
  const place = document.getElementById("toast");
  place.replaceChildren(h("p", { class: isBad ? "bad" : "" }, text));
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => place.replaceChildren(), 6000);
}

/** Links inside the dashboard change the page without loading it again. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='/']");
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (link && isPlain && !link.target && !link.classList.contains("outside") && route(link.pathname) !== null) {
    event.preventDefault();
    history.pushState(null, "", link.href);
    show().then(() => main.focus({ preventScroll: true }));
    scrollTo(0, 0);
  }
});
addEventListener("popstate", show);
document.getElementById("theme").onclick = () => {
  const root = document.documentElement;
  const isDark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
  shown = null;
  show();
};

let heard = Date.now();
let events = null;
function listen() {
  events?.close();
  events = new EventSource("/api/v1/events");
  heard = Date.now();
  events.addEventListener("hello", () => {
    setLive(true);
    show();
  });
  events.addEventListener("changed", () => {
    heard = Date.now();
    show();
  });
  events.onerror = () => setLive(false);
}
function setLive(isLive) {
  heard = Date.now();
  liveSign.textContent = isLive ? "live" : "not connected";
  liveSign.className = `live ${isLive ? "on" : "off"}`;
}

setInterval(refreshAges, 1000);
setInterval(() => {
  if (
    events?.readyState === EventSource.CLOSED ||
    (events?.readyState === EventSource.OPEN && Date.now() - heard > RECONNECT_AFTER)
  ) {
    show();
    listen();
  }
}, 5000);

await show();
if (me.actor !== null) {
  listen();
}
