import { h } from "./dom.js";
import { severity } from "./format.js";
import { alertRow, groupCard } from "./group.js";

/** All groups, those that fire first; by matchers, and regrouped by a label where one is asked for. */
export function alertsPage({ groups, search }, context) {
  const by = search.get("by") ?? "";
  const open = groups.filter(({ state }) => state !== "resolved");
  const resolved = groups.filter(({ state }) => state === "resolved");
  return [
    h("h1", {}, "Alerts"),
    filterForm(search),
    open.length === 0 &&
      h("p", { class: "empty good" }, search.get("filter") ? "Nothing that fires matches." : "Nothing is firing."),
    by === ""
      ? h(
          "div",
          { class: "groups" },
          open.map((group) => groupCard(group, context)),
        )
      : regrouped(open, by),
    resolved.length > 0 &&
      by === "" && [
        h("h2", {}, "Resolved recently"),
        h(
          "div",
          { class: "groups" },
          resolved.map((group) => groupCard(group, context)),
        ),
      ],
  ];
}

function filterForm(search) {
  const label = (text, name, placeholder) =>
    h(
      "label",
      {},
      text,
      h("input", { name, value: search.get(name) ?? "", placeholder, autocomplete: "off", spellcheck: "false" }),
    );
  return h(
    "form",
    { class: "filter", action: "/alerts", role: "search" },
    label("Matchers", "filter", 'service="dbs", severity=~"high|critical"'),
    label("Group by label", "by", "service"),
    h("button", {}, "Show"),
  );
}

function regrouped(groups, label) {
  const sets = new Map();
  for (const alert of groups.flatMap(({ alerts }) => alerts)) {
    const value = Object.hasOwn(alert.labels, label) ? alert.labels[label] : "";
    sets.set(value, [...(sets.get(value) ?? []), alert]);
  }
  const sections = [...sets]
    .sort(([, left], [, right]) => right.length - left.length)
    .map(([value, alerts]) =>
      h(
        "section",
        { class: "card", "data-key": `${label}=${value}` },
        h(
          "h2",
          { class: "flush" },
          value === "" ? `without ${label}` : `${label}=${value}`,
          h("span", { class: "count" }, String(alerts.length)),
          [...new Set(alerts.map((alert) => alert.severity))].filter(Boolean).map(severity),
        ),
        h(
          "div",
          { class: "alerts" },
          alerts.map((alert) => alertRow(alert, null, [label])),
        ),
      ),
    );
  return h("div", { class: "groups" }, sections);
}
