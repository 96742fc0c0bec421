import { h } from "./dom.js";
import { age, chip, clock, severity } from "./format.js";
import { inline } from "./markdown.js";
import { matchersOf, openSilenceDialog } from "./silence-dialog.js";

/** One group of alerts: what is wrong, since when, what to do, and what is in it. */
export function groupCard(group, context) {
  const { id, title, state, startsAt, acknowledgedBy, alerts, owners, reasons, runbook, solutions } = group;
  return h(
    "article",
    { class: `card group ${state} s-${group.severity}`, "data-key": id, id: `group-${id}` },
    h(
      "div",
      { class: "row" },
      h("div", { class: "what" }, severity(group.severity), h("h3", {}, title)),
      h("div", { class: "buttons" }, buttons(group, context)),
    ),
    h(
      "p",
      { class: "meta" },
      chip(state, acknowledgedBy ? `acknowledged by ${acknowledgedBy}` : undefined),
      group.service && h("a", { href: `/services/${encodeURIComponent(group.service)}` }, group.service),
      h("span", {}, `${alerts.length} ${alerts.length === 1 ? "alert" : "alerts"}`),
      age(startsAt, "since "),
      owners.length > 0 && h("span", {}, owners.join(", ")),
    ),
    runbook &&
      runbook.firstSteps.length > 0 &&
      h("p", { class: "step" }, h("b", {}, "First: "), inline(runbook.firstSteps[0]), " ", runbookLink(runbook)),
    h(
      "details",
      {},
      h("summary", {}, "Why, and what is in it"),
      reasons.length > 0 &&
        h(
          "ul",
          { class: "plain" },
          reasons.map((reason) => h("li", {}, reason)),
        ),
      solutions.length > 0 && [
        h("h4", {}, "What may help"),
        h(
          "ol",
          { class: "plain" },
          solutions.map(({ text, reason }) => h("li", {}, inline(text), h("span", { class: "faint" }, ` — ${reason}`))),
        ),
      ],
      h(
        "div",
        { class: "alerts" },
        alerts.map((alert) => alertRow(alert, group.rootFingerprint)),
      ),
    ),
  );
}

function buttons(group, context) {
  const { act, may } = context;
  if (!may("operator") || group.state === "resolved") {
    return null;
  }
  const isFiring = group.state === "firing";
  return [
    isFiring
      ? h(
          "button",
          { type: "button", class: "primary", onclick: () => act({ kind: "acknowledge", group: group.id }) },
          "Acknowledge",
        )
      : group.state === "acknowledged" &&
        h("button", { type: "button", onclick: () => act({ kind: "unacknowledge", group: group.id }) }, "Give back"),
    h("button", { type: "button", onclick: () => openSilenceDialog(matchersOf(group), context) }, "Silence…"),
  ];
}

function runbookLink({ title, url }) {
  return h("a", { href: url }, title);
}

/** One alert in a list. @param shown names of labels that stand elsewhere */
export function alertRow(alert, root, shown = ["service"]) {
  const hidden = ["alertname", "severity", ...shown];
  const text = alert.annotations.summary ?? alert.annotations.description ?? alert.annotations.Subject ?? "";
  return h(
    "div",
    { class: "alert", "data-key": alert.fingerprint },
    h(
      "div",
      { class: "row" },
      h(
        "span",
        {},
        h("b", {}, alert.name),
        " ",
        severity(alert.severity),
        alert.fingerprint === root && [" ", h("span", { class: "chip" }, "cause")],
      ),
      h("span", { class: "faint", title: clock(alert.startsAt) }, age(alert.startsAt)),
    ),
    text && h("p", {}, text),
    h(
      "p",
      { class: "labels" },
      Object.entries(alert.labels)
        .filter(([name]) => !hidden.includes(name))
        .map(([name, value]) => h("code", {}, `${name}=${value}`)),
    ),
  );
}
