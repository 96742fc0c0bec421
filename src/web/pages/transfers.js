import { h } from "./dom.js";
import { age, chip, clock, duration, number } from "./format.js";
import { table } from "./table.js";

/** Links and storage elements that are slow or fail, and single transfers that lasted longer than all but a few. */
export function transfersPage({ state, note, model, judged, rate, open, closed, top, cleaned }) {
  return [
    h("h1", {}, "Transfers"),
    h(
      "p",
      { class: "meta" },
      state === "learning"
        ? `Still learning: ${note}.`
        : `${judged} judged since the start; the slowest ${100 * rate} % for what they are count as anomalous.`,
      model !== null && h("span", {}, "by ", h("a", { href: "/models" }, `${model.name} ${model.version.slice(0, 8)}`)),
      cleaned.length > 0 &&
        h("span", {}, `Put right or left out: ${cleaned.map(({ what, count }) => `${what} ${count}`).join(", ")}.`),
    ),
    open.length === 0 && h("p", { class: "empty" }, "No link or storage element is slow or failing."),
    h("div", { class: "groups" }, open.map(incidentCard)),
    closed.length > 0 && [h("h2", {}, "Over"), h("div", { class: "groups" }, closed.slice(0, 20).map(incidentCard))],
    top.length > 0 && [h("h2", {}, "Slowest for what they are, last 24 hours"), topTable(top)],
  ];
}

function incidentCard({ id, summary, problem, since, closedAt, because, transfers, affected, reasons, related }) {
  return h(
    "article",
    { class: "card", "data-key": id },
    h("h3", {}, summary),
    h(
      "p",
      { class: "meta" },
      chip(closedAt === null ? (problem === "failing" ? "down" : "anomalous") : "resolved", problem),
      h("span", {}, `${affected} of ${transfers} transfers`),
      closedAt === null ? age(since, "since ") : h("span", {}, `over ${clock(closedAt)}: ${because}`),
    ),
    reasons.length > 0 &&
      h(
        "ul",
        {},
        reasons.map(({ text, count }) => h("li", {}, `${count} × `, h("code", {}, text))),
      ),
    related.length > 0 &&
      h(
        "ul",
        {},
        related.map((ticket) =>
          h(
            "li",
            {},
            h("a", { href: ticket.url }, `${ticket.system} ${ticket.id}`),
            ` ${ticket.subject} (${ticket.reason})`,
          ),
        ),
      ),
  );
}

function topTable(top) {
  const size = (bytes) => (bytes >= 1e9 ? `${number(bytes / 1e9)} GB` : `${number(bytes / 1e6)} MB`);
  return table(
    ["ended", "from", "to", "activity", "size", "took", "expected", "score"],
    top.map((one) => [
      clock(one.endedAt),
      one.source,
      one.destination,
      one.activity,
      size(one.bytes),
      duration(1000 * one.seconds),
      duration(1000 * one.expected),
      number(one.score),
    ]),
    "Slowest transfers",
  );
}
