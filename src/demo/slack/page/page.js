import { renderBlocks } from "./blocks.js";
import { element, mrkdwn, names } from "./mrkdwn.js";

const COMMANDS = [
  "/anomaly status dbs",
  "/anomaly status",
  "/anomaly alerts",
  "/anomaly tickets",
  "/anomaly silences",
  "/anomaly oncall",
  "/anomaly oncall take cmsweb 4h",
  "/anomaly oncall offer cmsweb",
  "/anomaly oncall exceptions",
  "/anomaly subscribe dbs high",
  "/anomaly subscribe",
  "/anomaly runbook dbs",
  "/anomaly plot dbs",
  "/anomaly digest",
  "/anomaly help",
];

const state = { users: [], channels: [], messages: new Map(), modals: [], homes: new Map(), botUser: "" };
const view = { user: "", place: "", thread: null, unread: new Set(), modal: null, awaiting: false, followed: null };
const byId = (id) => document.getElementById(id);

await load();
watch();
byId("form").addEventListener("submit", send);
byId("who").addEventListener("change", (event) => {
  view.user = event.target.value;
  remember("user", view.user);
  view.thread = null;
  const own = (place) => state.channels.some(({ id, user }) => id === place && user !== null && user !== view.user);
  if (own(view.place)) {
    view.place = state.channels[0].id;
  }
  drawAll();
});
byId("thread-close").addEventListener("click", () => {
  view.thread = null;
  drawThread();
});
byId("modal-close").addEventListener("click", closeModal);
byId("modal").addEventListener("cancel", (event) => {
  event.preventDefault();
  closeModal();
});
byId("modal-form").addEventListener("submit", submitModal);
byId("messages").addEventListener("load", () => view.followed !== null && showFollowed(), true);
for (const gesture of ["wheel", "pointerdown", "keydown"]) {
  byId("messages").addEventListener(gesture, () => {
    view.followed = null;
  });
}
for (const command of COMMANDS) {
  const option = element("option");
  option.value = command;
  byId("commands").append(option);
}

async function load() {
  const answer = await (await fetch("state")).json();
  state.users = answer.users;
  state.botUser = answer.botUser;
  state.channels = answer.channels;
  state.modals = answer.modals;
  state.messages = new Map(answer.messages.map((one) => [keyOf(one), one]));
  state.homes = new Map(answer.homes.map((one) => [one.user, one]));
  byId("team").textContent = answer.team;
  names.users = new Map(answer.users.map((one) => [one.id, one.name]));
  names.channels = new Map(answer.channels.map((one) => [one.id, one.name]));
  const people = state.users.filter(({ isBot }) => !isBot);
  view.user = people.find(({ id }) => id === recall("user"))?.id ?? people[0]?.id ?? "";
  view.place = state.channels.find(({ id }) => id === recall("place"))?.id ?? state.channels[0]?.id ?? "";
  byId("who").replaceChildren(
    ...people.map((one) => {
      const option = element("option", document.createTextNode(one.realName));
      option.value = one.id;
      option.selected = one.id === view.user;
      return option;
    }),
  );
  drawAll();
}

function watch() {
  const source = new EventSource("events");
  source.onmessage = ({ data }) => take(JSON.parse(data));
  source.onopen = () => load().then(() => say(""));
  source.onerror = () => say("The workspace does not answer; trying again …");
}

function take(event) {
  if (event.type === "message") {
    const known = state.messages.has(keyOf(event.message));
    state.messages.set(keyOf(event.message), event.message);
    if (!known && event.message.channel !== view.place && visible(event.message)) {
      view.unread.add(event.message.channel);
      drawPlaces();
    }
  } else if (event.type === "deleted") {
    state.messages.delete(keyOf(event));
  } else if (event.type === "channel") {
    state.channels = [...state.channels.filter(({ id }) => id !== event.channel.id), event.channel];
    names.channels.set(event.channel.id, event.channel.name);
    drawPlaces();
  } else if (event.type === "modals") {
    state.modals = event.modals;
    drawModal();
    return;
  } else if (event.type === "home") {
    state.homes.set(event.home.user, event.home);
  }
  drawConversation();
  drawThread();
  if (event.type === "message" && event.message.channel === view.place) {
    follow(event.message);
  }
}

/** Brings the answer to what was just asked into view, and keeps it there while its picture comes. */
function follow(message) {
  if (view.awaiting && message.user === state.botUser) {
    view.awaiting = false;
    view.followed = message.ts;
  }
  if (message.ts === view.followed) {
    showFollowed();
  }
}

function showFollowed() {
  byId("messages").querySelector(`[data-ts="${view.followed}"]`)?.scrollIntoView({ block: "start" });
}

function drawAll() {
  drawPlaces();
  drawConversation();
  drawThread();
  drawModal();
}

function drawPlaces() {
  const mine = state.channels.filter(({ kind, user }) => kind === "dm" && user === view.user);
  byId("channels").replaceChildren(
    ...state.channels.filter(({ kind }) => kind === "channel").map((one) => placeOf(one.id, `# ${one.name}`)),
  );
  byId("dms").replaceChildren(...mine.map((one) => placeOf(one.id, "cmswatch")));
  if (mine.length === 0) {
    byId("dms").replaceChildren(element("li", document.createTextNode("none yet"), "note"));
  }
  byId("apps").replaceChildren(placeOf("home", "cmswatch · Home"));
}

function placeOf(id, label) {
  const button = element("button", document.createTextNode(label));
  button.type = "button";
  if (id === view.place) {
    button.setAttribute("aria-current", "page");
  }
  if (view.unread.has(id)) {
    button.classList.add("unread");
    button.append(element("span", document.createTextNode(" (new)"), "hidden"));
  }
  button.addEventListener("click", () => {
    view.place = id;
    view.thread = null;
    view.unread.delete(id);
    remember("place", id);
    drawAll();
    if (id === "home") {
      post("home", { user: view.user });
    }
  });
  return element("li", button);
}

function drawConversation() {
  const box = byId("messages");
  const channel = state.channels.find(({ id }) => id === view.place);
  byId("title").textContent =
    view.place === "home" ? "cmswatch" : channel?.kind === "dm" ? "cmswatch" : `# ${channel?.name ?? ""}`;
  byId("topic").textContent = view.place === "home" ? "App Home" : (channel?.topic ?? "");
  byId("form").hidden = view.place === "home";
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  const changedPlace = box.dataset.place !== `${view.place}/${view.user}`;
  box.dataset.place = `${view.place}/${view.user}`;
  const focused = focusMark(box);
  if (view.place === "home") {
    const home = state.homes.get(view.user);
    box.replaceChildren(
      home === undefined
        ? element("p", document.createTextNode("Opening …"), "note")
        : renderBlocks(home.view.blocks, inView(home)),
    );
  } else {
    const shown = [...state.messages.values()]
      .filter((one) => one.channel === view.place && one.threadTs === null && visible(one))
      .sort(byTime);
    box.replaceChildren(...shown.map((one) => messageOf(one, true)));
    if (shown.length === 0) {
      box.append(element("p", document.createTextNode("Nothing here yet."), "note"));
    }
  }
  restoreFocus(box, focused);
  if (atEnd || changedPlace) {
    box.scrollTop = view.place === "home" ? 0 : box.scrollHeight;
  }
}

function drawThread() {
  const pane = byId("thread");
  const parent = view.thread === null ? undefined : state.messages.get(view.thread);
  pane.hidden = parent === undefined;
  if (parent !== undefined) {
    byId("thread-messages").replaceChildren(
      messageOf(parent, false),
      ...repliesTo(parent).map((one) => messageOf(one, false)),
    );
  }
}

function repliesTo(parent) {
  return [...state.messages.values()]
    .filter((one) => one.threadTs === parent.ts && one.channel === parent.channel && visible(one))
    .sort(byTime);
}

function messageOf(message, withThread) {
  const author = state.users.find(({ id }) => id === message.user);
  const bot = author === undefined || author.isBot;
  const article = element("article", undefined, message.ephemeralFor === null ? "message" : "message private");
  const mark = element(
    "div",
    document.createTextNode(bot ? "cw" : (author?.name ?? "?").slice(0, 1).toUpperCase()),
    bot ? "avatar bot" : "avatar",
  );
  mark.setAttribute("aria-hidden", "true");
  const body = element("div", undefined, "body");
  const line = element("div", element("strong", document.createTextNode(bot ? "cmswatch" : author.name)), "by");
  if (bot) {
    line.append(element("span", document.createTextNode("APP"), "badge"));
  }
  const at = new Date(Number(message.ts) * 1000);
  const time = element(
    "time",
    document.createTextNode(at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })),
  );
  time.dateTime = at.toISOString();
  line.append(time, ...(message.edited ? [element("span", document.createTextNode("(edited)"), "note")] : []));
  body.append(line);
  if (message.ephemeralFor !== null) {
    body.append(element("p", document.createTextNode("Only visible to you"), "note"));
  }
  body.append(...contentOf(message));
  if (withThread) {
    body.append(...threadLink(message));
  }
  article.append(mark, body);
  return article;
}

function contentOf(message) {
  const parts = [];
  if (message.blocks.length > 0) {
    parts.push(renderBlocks(message.blocks, inMessage(message)));
  } else if (message.text !== "") {
    parts.push(element("div", mrkdwn(message.text)));
  }
  for (const attachment of message.attachments) {
    const bar = element("div", renderBlocks(attachment.blocks ?? [], inMessage(message)), "attachment");
    if (/^#[0-9a-f]{6}$/i.test(attachment.color ?? "")) {
      bar.dataset.colour = attachment.color;
      bar.style.setProperty("--bar", attachment.color);
    }
    parts.push(bar);
  }
  return parts;
}

function threadLink(message) {
  const count = repliesTo(message).length;
  if (count === 0) {
    return [];
  }
  const button = element("button", document.createTextNode(`${count} ${count === 1 ? "reply" : "replies"}`), "link");
  button.type = "button";
  button.addEventListener("click", () => {
    view.thread = keyOf(message);
    drawThread();
  });
  return [button];
}

function inMessage(message) {
  return (one, block, value) =>
    post("click", {
      user: view.user,
      channel: message.channel,
      ts: message.ts,
      actionId: one.action_id,
      blockId: block.block_id,
      value,
    });
}

function inView(shown) {
  return (one, block, value) =>
    post("click-view", {
      user: view.user,
      viewId: shown.id,
      actionId: one.action_id,
      blockId: block.block_id,
      value,
      input: formInput(),
    });
}

function drawModal() {
  const top = state.modals.filter(({ user }) => user === view.user).at(-1);
  const dialog = byId("modal");
  if (top === undefined) {
    view.modal = null;
    dialog.close();
    return;
  }
  const kept = view.modal === top.id ? formInput() : {};
  const focused = document.activeElement?.name;
  view.modal = top.id;
  byId("modal-title").textContent = top.view.title?.text ?? "";
  byId("modal-submit").textContent = top.view.submit?.text ?? "Submit";
  byId("modal-submit").hidden = top.view.submit === undefined || top.view.submit === null;
  byId("modal-close").textContent = top.view.close?.text ?? "Close";
  byId("modal-body").replaceChildren(renderBlocks(top.view.blocks, inView(top)));
  for (const [name, value] of Object.entries(kept)) {
    const field = byId("modal-form").elements[name];
    if (field !== undefined) {
      field.value = value;
    }
  }
  if (!dialog.open) {
    dialog.showModal();
  } else if (focused) {
    byId("modal-form").elements[focused]?.focus();
  }
}

function formInput() {
  return Object.fromEntries(
    [...byId("modal-form").elements]
      .filter(({ name }) => name)
      .map((field) => [
        field.name,
        field.multiple ? [...field.selectedOptions].map(({ value }) => value).join("\n") : field.value,
      ]),
  );
}

async function submitModal(event) {
  event.preventDefault();
  const { errors } = await post("submit", { user: view.user, viewId: view.modal, input: formInput() });
  for (const place of byId("modal-body").querySelectorAll("[data-error-for]")) {
    place.textContent = errors?.[place.dataset.errorFor] ?? "";
  }
}

function closeModal() {
  post("close", { viewId: view.modal });
}

async function send(event) {
  event.preventDefault();
  const box = byId("composer");
  const text = box.value.trim();
  if (text !== "") {
    box.value = "";
    view.awaiting = true;
    await post(text.startsWith("/") ? "command" : "say", { user: view.user, channel: view.place, text });
  }
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const said = await answer.json().catch(() => ({}));
  say(said.ok === false || !answer.ok ? (said.error ?? said.message ?? "That did not work.") : "");
  return said;
}

function say(text) {
  byId("status").textContent = text;
}

function visible(message) {
  return message.ephemeralFor === null || message.ephemeralFor === view.user;
}

/** Which control had the focus, to give it back after a redraw. */
function focusMark(box) {
  const controls = [...box.querySelectorAll("button, select")];
  return box.contains(document.activeElement) ? controls.indexOf(document.activeElement) : -1;
}

function restoreFocus(box, index) {
  if (index >= 0) {
    [...box.querySelectorAll("button, select")][index]?.focus({ preventScroll: true });
  }
}

function keyOf({ channel, ts }) {
  return `${channel}/${ts}`;
}

function byTime(left, right) {
  return Number(left.ts) - Number(right.ts);
}

function remember(key, value) {
  sessionStorage.setItem(`workspace-${key}`, value);
}

function recall(key) {
  return sessionStorage.getItem(`workspace-${key}`);
}
