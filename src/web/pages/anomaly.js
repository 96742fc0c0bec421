import { amount } from "./chart.js";
import { h } from "./dom.js";
import { age, chip, clock, duration, now, number } from "./format.js";
import { anomalyRow } from "./service.js";
import { table } from "./table.js";

const UNITS = new Map([
  ["requests", "per second"],
  ["latency", "seconds"],
  ["cpu", "cores"],
  ["memory", "bytes"],
]);

/** All anomalies of the last days. */
export function anomaliesPage({ anomalies }) {
  return [
    h("h1", {}, "Anomalies"),
    anomalies.length === 0
      ? h("p", { class: "empty good" }, "None in the last days.")
      : h("ul", { class: "list wide" }, anomalies.map(anomalyRow)),
  ];
}

/** One anomaly: what, why, how sure, what was like it, and what people said. */
export function anomalyPage({ anomaly, similar, feedback }, context) {
  const { id, service, entity, kind, openedAt, closedAt, peakAt, peakScore, score, threshold, detector, modelVersion } =
    anomaly;
  const lasted = duration((closedAt === null ? now() : Date.parse(closedAt)) - Date.parse(openedAt));
  return [
    h(
      "p",
      { class: "crumbs" },
      h("a", { href: "/" }, "Overview"),
      " / ",
      h("a", { href: `/services/${encodeURIComponent(service)}` }, service),
      " / anomaly",
    ),
    h(
      "section",
      { class: "card head" },
      h(
        "div",
        { class: "row" },
        h("h1", {}, `${service}: ${kind} anomaly`),
        chip(closedAt === null ? "firing" : "resolved", closedAt === null ? "open" : "closed"),
      ),
      h(
        "p",
        { class: "meta" },
        h("span", {}, `looks like ${anomaly.class}`),
        age(openedAt, "began "),
        h("span", {}, closedAt === null ? `lasts ${lasted} so far` : `lasted ${lasted}`),
        h("span", {}, `peak ${number(peakScore)} at ${clock(peakAt)}`),
        h("span", {}, `${closedAt === null ? `now ${number(score)}, ` : ""}threshold ${number(threshold)}`),
        entity !== service && h("span", {}, entity),
        h("span", { class: "faint" }, `${detector}, model ${modelVersion}`),
      ),
    ),
    h(
      "div",
      { class: "columns" },
      h(
        "div",
        {},
        h("h2", {}, "What moved"),
        contributions(anomaly.contributions),
        anomaly.context && surroundings(anomaly.context),
        anomaly.evidence.length > 0 && [
          h("h2", {}, "Why it is called so"),
          h(
            "ul",
            { class: "card plain evidence" },
            anomaly.evidence.map((text) => h("li", {}, text)),
          ),
        ],
      ),
      h(
        "aside",
        { "aria-label": "More about it" },
        h("h2", {}, "Most alike"),
        similar.length === 0
          ? h("p", { class: "empty" }, "Nothing like it is known.")
          : h("ul", { class: "list" }, similar.map(anomalyRow)),
        h("h2", {}, "What people said"),
        feedback.length === 0 && h("p", { class: "empty" }, "Nothing yet."),
        h(
          "ul",
          { class: "list" },
          feedback.map((entry) => said(entry, context)),
        ),
        context.may("operator") && feedbackForm(id, context),
      ),
    ),
  ];
}

/** What moved first, who else is in it, what may be the cause, and why it is taken less seriously. */
function surroundings({ firstMove, similar, members, affected, scored, extent, suspects, lowered }) {
  const links = (service) => h("a", { href: `/services/${encodeURIComponent(service)}` }, service);
  return [
    firstMove &&
      h(
        "p",
        { class: "notice" },
        h("b", {}, firstMove.metric),
        ` moved first, at ${clock(firstMove.at)}: ${amount(firstMove.seen, UNITS.get(firstMove.metric))}, usually ${amount(firstMove.usual, UNITS.get(firstMove.metric))}.`,
      ),
    similar &&
      h(
        "p",
        { class: "notice" },
        h("a", { href: `/anomalies/${encodeURIComponent(similar.id)}` }, "Like an earlier one"),
        ` of ${similar.entity} (${Math.round(similar.alike * 100)} % alike): ${similar.because}`,
      ),
    lowered.length > 0 && [
      h("h2", {}, "Taken less seriously"),
      h(
        "ul",
        { class: "card plain evidence" },
        lowered.map(({ because, muted }) => h("li", {}, because, muted && " Nobody was alerted.")),
      ),
    ],
    suspects.length > 0 && [
      h("h2", {}, "Where the cause may be"),
      h(
        "ol",
        { class: "card plain evidence" },
        suspects.map(({ service, because }) => h("li", {}, links(service), `: ${because}`)),
      ),
    ],
    members.length > 0 && [
      h("h2", {}, "Who is in it", h("span", { class: "count" }, extent ?? `${affected} of ${scored}`)),
      h(
        "ul",
        { class: "list" },
        members.map(({ id, entity, metric, peakScore, openedAt, closedAt }) =>
          h(
            "li",
            { "data-key": id },
            h(
              "a",
              { href: `/anomalies/${encodeURIComponent(id)}`, class: "card tight" },
              h(
                "span",
                { class: "row" },
                h("b", {}, entity),
                chip(closedAt === null ? "firing" : "resolved", closedAt === null ? "open" : "closed"),
              ),
              h(
                "span",
                { class: "row faint foot" },
                h("span", {}, `peak ${number(peakScore)}${metric === null ? "" : `, mostly ${metric}`}`),
                age(openedAt),
              ),
            ),
          ),
        ),
      ),
    ],
  ];
}

function contributions(list) {
  return list.length === 0
    ? h("p", { class: "empty" }, "It is not about metrics of a service: what it rests on stands below.")
    : table(
        ["metric", "share", "seen", "expected"],
        list.map(({ metric, share, seen, expected }) => [
          h("b", {}, metric),
          h(
            "div",
            { class: "bar" },
            h("span", { class: "fill", style: `width:${Math.round(share * 100)}%` }),
            h("span", {}, `${Math.round(share * 100)} %`),
          ),
          amount(seen, UNITS.get(metric)),
          amount(expected, UNITS.get(metric)),
        ]),
        "Contributions per metric",
      );
}

function said({ id, by, at, kind, reason, revokedAt }, { act, may }) {
  return h(
    "li",
    { class: "card tight", "data-key": id },
    h(
      "p",
      {},
      h("b", {}, by),
      ` ${kind === "not-anomaly" ? "says it is none" : kind}`,
      reason && `: ${reason}`,
      " ",
      age(at),
    ),
    revokedAt === null
      ? may("admin") &&
          h("button", { type: "button", onclick: () => act({ kind: "revoke-feedback", feedback: id }) }, "Take back")
      : h("p", { class: "faint" }, age(revokedAt, "taken back ")),
  );
}

function feedbackForm(anomaly, { act }) {
  const onsubmit = (event) => {
    event.preventDefault();
    act({ kind: "not-anomaly", anomaly, reason: new FormData(event.target).get("reason") });
  };
  return h(
    "form",
    { class: "card form", onsubmit },
    h("label", {}, "Not an anomaly, because", h("input", { name: "reason", required: true, maxlength: 1000 })),
    h("button", {}, "Say so"),
  );
}
