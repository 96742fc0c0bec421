import { h } from "./dom.js";
import { groupCard } from "./group.js";

/** All groups, those that fire first. */
export function alertsPage({ groups }, context) {
  const open = groups.filter(({ state }) => state !== "resolved");
  const resolved = groups.filter(({ state }) => state === "resolved");
  return [
    h("h1", {}, "Alerts"),
    open.length === 0 && h("p", { class: "empty good" }, "Nothing is firing."),
    h(
      "div",
      { class: "groups" },
      open.map((group) => groupCard(group, context)),
    ),
    resolved.length > 0 && h("h2", {}, "Resolved of late"),
    h(
      "div",
      { class: "groups" },
      resolved.map((group) => groupCard(group, context)),
    ),
  ];
}
