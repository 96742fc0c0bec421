import { courseChart } from "./chart.js";
import { h } from "./dom.js";
import { age, chip, clock, number } from "./format.js";
import { groupCard } from "./group.js";
import { inline } from "./markdown.js";
import { sparkline } from "./spark.js";

const RANGES = [
  [1, "1 h"],
  [3, "3 h"],
  [12, "12 h"],
  [24, "1 d"],
  [72, "3 d"],
  [168, "7 d"],
];
const KINDS = {
  anomaly: "Anomalies",
  alert: "Alerts",
  silence: "Silences",
  intervention: "Interventions",
  ticket: "Tickets",
};

/** One service: its metrics with what was expected, and everything that happened, on one time axis. */
export function servicePage(data, context) {
  const { service, from, to, courses, caveat, spans, groups, anomalies } = data;
  const range = { min: Date.parse(from) / 1000, max: Date.parse(to) / 1000 };
  const shaded = spans
    .filter(({ kind }) => kind === "anomaly")
    .map((span) => [Date.parse(span.from) / 1000, span.to === null ? range.max : Date.parse(span.to) / 1000]);
  return [
    h("p", { class: "crumbs" }, h("a", { href: "/" }, "Overview"), " / ", service.name),
    head(data),
    h(
      "div",
      { class: "columns" },
      h(
        "div",
        {},
        h("div", { class: "row" }, h("h2", {}, "Metrics"), ranges(service.name, from, to)),
        caveat && h("p", { class: "notice" }, caveat),
        timeline(spans, range),
        courses.length === 0 && h("p", { class: "empty" }, "No values yet."),
        courses.map((course) =>
          h(
            "figure",
            { class: "card", "data-key": course.metric },
            h("figcaption", { class: "row" }, h("b", {}, course.metric), readout()),
            courseChart(course, shaded, range),
          ),
        ),
        h("p", { class: "small" }, "Line: seen. Band: expected. Shaded: anomalous. Times are UTC."),
      ),
      h(
        "aside",
        { "aria-label": "What to know about it" },
        groups.length > 0 && [
          h("h2", {}, "Open issues"),
          h(
            "div",
            { class: "groups" },
            groups.map((group) => groupCard(group, context)),
          ),
        ],
        h("h2", {}, "Anomalies", h("span", { class: "count" }, String(anomalies.length))),
        anomalies.length === 0
          ? h("p", { class: "empty" }, "None in this range.")
          : h("ul", { class: "list" }, anomalies.slice(0, 12).map(anomalyRow)),
        relations(data),
        data.demo && context.may("operator") && injectForm(service.name, context),
      ),
    ),
  ];
}

/** Where the chart writes the value under the pointer. */
function readout() {
  const place = h("span", { class: "readout faint", "data-own": "readout" });
  place.renew = () => {};
  return place;
}

function head({ service }) {
  return h(
    "section",
    { class: "card head" },
    h(
      "div",
      { class: "row" },
      h("h1", {}, service.name, " ", h("span", { class: "faint light" }, service.title)),
      chip(service.state),
    ),
    h("p", {}, service.reason),
    sparkline(service.scores, service.threshold, `Scores of ${service.name}`),
    h(
      "p",
      { class: "meta" },
      service.score !== null &&
        h("span", {}, "score ", h("b", {}, number(service.score)), ` of ${number(service.threshold)}`),
      h("span", {}, "on call: ", h("b", {}, service.oncall ?? "nobody")),
      service.owners.length > 0 && h("span", {}, "owners: ", service.owners.join(", ")),
      service.dataAt ? age(service.dataAt, "newest point ") : h("span", {}, "no data"),
    ),
  );
}

function ranges(name, from, to) {
  const hours = Math.round((Date.parse(to) - Date.parse(from)) / 3_600_000);
  return h(
    "div",
    { class: "choices", role: "group", "aria-label": "Time range" },
    RANGES.map(([value, text]) =>
      h(
        "a",
        {
          href: `/services/${encodeURIComponent(name)}?hours=${value}`,
          "aria-current": value === hours ? "true" : null,
        },
        text,
      ),
    ),
  );
}

/** A row per kind of thing that happened, all on the charts' time axis. */
function timeline(spans, range) {
  const kinds = Object.keys(KINDS).filter((kind) => spans.some((span) => span.kind === kind));
  const place = (iso, fallback) => {
    const seconds = iso === null ? fallback : Date.parse(iso) / 1000;
    return Math.min(100, Math.max(0, ((seconds - range.min) / (range.max - range.min)) * 100));
  };
  return (
    kinds.length > 0 &&
    h(
      "div",
      { class: "card timeline" },
      kinds.map((kind) =>
        h(
          "div",
          { class: "lane" },
          h("span", { class: "small lane-name" }, KINDS[kind]),
          h(
            "div",
            { class: "lane-track" },
            spans
              .filter((span) => span.kind === kind)
              .map((span) => {
                const left = place(span.from, range.min);
                const width = Math.max(0.8, place(span.to, range.max) - left);
                const title = `${span.title}, ${clock(span.from)} to ${span.to === null ? "now" : clock(span.to)}`;
                return h("a", {
                  class: `span is-${kind}`,
                  href: span.href ?? "#",
                  title,
                  "aria-label": title,
                  style: `left:${left}%;width:${width}%`,
                });
              }),
          ),
        ),
      ),
    )
  );
}

/** One anomaly in a list. */
export function anomalyRow({ id, service, kind, class: looksLike, openedAt, closedAt, peakScore, contributions }) {
  return h(
    "li",
    { "data-key": id },
    h(
      "a",
      { href: `/anomalies/${encodeURIComponent(id)}`, class: "card tight" },
      h(
        "span",
        { class: "row" },
        h("b", {}, `${service}: ${kind}, ${looksLike}`),
        chip(closedAt === null ? "firing" : "resolved", closedAt === null ? "open" : "closed"),
      ),
      h(
        "span",
        { class: "row faint foot" },
        h("span", {}, `peak ${number(peakScore)}${contributions[0] ? `, mostly ${contributions[0].metric}` : ""}`),
        age(openedAt),
      ),
    ),
  );
}

function relations({ runbook, dependsOn, dependents }) {
  const links = (names) =>
    names.map((name, index) => [index > 0 && ", ", h("a", { href: `/services/${encodeURIComponent(name)}` }, name)]);
  return [
    runbook && [
      h("h2", {}, "Runbook"),
      h(
        "div",
        { class: "card" },
        h("p", {}, h("a", { href: runbook.url }, runbook.title)),
        h(
          "ol",
          { class: "plain" },
          runbook.firstSteps.map((step) => h("li", {}, inline(step))),
        ),
      ),
    ],
    (dependsOn.length > 0 || dependents.length > 0) && [
      h("h2", {}, "Neighbours"),
      h(
        "div",
        { class: "card" },
        dependsOn.length > 0 && h("p", {}, "needs ", links(dependsOn)),
        dependents.length > 0 && h("p", {}, "needed by ", links(dependents)),
      ),
    ],
  ];
}

function injectForm(service, { act }) {
  const onsubmit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    act({ kind: "inject", service, anomaly: form.get("anomaly"), minutes: Number(form.get("minutes")) });
  };
  return [
    h("h2", {}, "Try it"),
    h(
      "form",
      { class: "card form", onsubmit },
      h("p", { class: "faint" }, "Metrics are simulated here: make something go wrong and see what comes of it."),
      h(
        "label",
        {},
        "What",
        h(
          "select",
          { name: "anomaly" },
          ["point", "contextual", "collective", "down", "absent"].map((kind) => h("option", {}, kind)),
        ),
      ),
      h("label", {}, "Minutes", h("input", { name: "minutes", type: "number", min: 1, max: 120, value: 6 })),
      h("button", { class: "primary" }, "Make it happen"),
    ),
  ];
}
