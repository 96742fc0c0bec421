import { icon } from "./icons.js";

/** Slack's text markup and emoji names as DOM nodes. Nothing is ever set as HTML. */

const TOKEN =
  /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w_])_([^_\n]+)_(?![\w_])|(?<![\w~])~([^~\n]+)~(?![\w~])|:([a-z0-9_+-]+):/g;

/** Names of members and channels, filled in by the page. */
export const names = { users: new Map(), channels: new Map() };

export function unescaped(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** Text of a `plain_text` object. */
export function plain(text) {
  return unescaped(text);
}

/** Text of a `mrkdwn` object as a fragment. */
export function mrkdwn(text) {
  const fragment = document.createDocumentFragment();
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    fragment.append(...withBreaks(text.slice(at, match.index)));
    fragment.append(nodeOf(match));
    at = match.index + match[0].length;
  }
  fragment.append(...withBreaks(text.slice(at)));
  return fragment;
}

function nodeOf([, pre, code, angle, bold, italic, strike, emoji]) {
  if (pre !== undefined) {
    return element("pre", document.createTextNode(unescaped(pre)));
  }
  if (code !== undefined) {
    return element("code", document.createTextNode(unescaped(code)));
  }
  if (angle !== undefined) {
    return reference(angle);
  }
  if (bold !== undefined) {
    return element("strong", mrkdwn(bold));
  }
  if (italic !== undefined) {
    return element("em", mrkdwn(italic));
  }
  if (strike !== undefined) {
    return element("s", mrkdwn(strike));
  }
  return icon(emoji);
}

function reference(inside) {
  const [target, label] = inside.split("|");
  if (target.startsWith("!date^")) {
    return dateOf(target, label);
  }
  if (target.startsWith("@")) {
    return element(
      "span",
      document.createTextNode(`@${names.users.get(target.slice(1)) ?? target.slice(1)}`),
      "mention",
    );
  }
  if (target.startsWith("#")) {
    return element(
      "span",
      document.createTextNode(`#${names.channels.get(target.slice(1)) ?? label ?? ""}`),
      "mention",
    );
  }
  if (target.startsWith("!")) {
    return element("span", document.createTextNode(`@${label ?? target.replace(/^!(subteam\^)?/, "")}`), "mention");
  }
  const anchor = element("a", document.createTextNode(unescaped(label ?? target)));
  if (/^(https?:|mailto:)/.test(target)) {
    anchor.href = unescaped(target);
    anchor.target = "_blank";
    anchor.rel = "noreferrer";
  }
  return anchor;
}

function dateOf(token, fallback) {
  const seconds = Number(token.split("^")[1]);
  const at = new Date(seconds * 1000);
  const time = element("time", document.createTextNode(formatMoment(at)));
  time.dateTime = at.toISOString();
  time.title = fallback ?? at.toISOString();
  return time;
}

/** Today and yesterday by name, as `{date_short_pretty} {time}` does. */
export function formatMoment(at, now = new Date()) {
  const clock = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const days = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  const day =
    { 0: "today", 1: "yesterday", [-1]: "tomorrow" }[days] ??
    at.toLocaleDateString([], { day: "numeric", month: "short" });
  return `${day} ${clock}`;
}

function withBreaks(text) {
  return unescaped(text)
    .split("\n")
    .flatMap((line, index) =>
      index === 0 ? [document.createTextNode(line)] : [document.createElement("br"), document.createTextNode(line)],
    );
}

export function element(name, child, className) {
  const made = document.createElement(name);
  if (child !== undefined) {
    made.append(child);
  }
  if (className !== undefined) {
    made.className = className;
  }
  return made;
}
