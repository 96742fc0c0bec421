import { h, svg } from "./dom.js";
import { binsChart } from "./dqm-bins.js";
import { age, clock } from "./format.js";
import { table } from "./table.js";

const STATUSES = ["GOOD", "BAD", "STANDBY", "EXCLUDED", "NOTSET"];
const PER_ROW = 100;
const MOST_ROWS = 40;
const SQUARE = 8;

/** Recent runs, how many of their lumisections are what. */
export function dqmPage({ runs }) {
  return [
    h("h1", {}, "Data quality"),
    runs.length === 0
      ? h("p", { class: "empty" }, "No run was judged yet.")
      : table(["run", "lumisections", ...STATUSES, "judged"], runs.map(runRow), "Runs"),
  ];
}

function runRow({ run, counts, judgedAt }) {
  return [
    h("a", { href: `/dqm/${run}` }, run),
    sharesBar(counts),
    ...STATUSES.map((status) =>
      status === "BAD" && counts.BAD > 0 ? h("b", { class: "bad" }, counts.BAD) : (counts[status] ?? 0),
    ),
    age(judgedAt),
  ];
}

/** How much of a run is what, at a glance; the figures stand beside it. */
function sharesBar(counts) {
  return h(
    "div",
    { class: "shares", "aria-hidden": "true" },
    STATUSES.filter((status) => counts[status] > 0).map((status) =>
      h("i", { class: `status ${status}`, style: `flex-grow: ${counts[status]}` }),
    ),
  );
}

/** One run: the map, the ranges with their reasons, the worst bins, and what people said. */
export function runPage(run, context) {
  const { counts, ranges, evidence, worst, overrules } = run;
  return [
    h("p", { class: "crumbs" }, h("a", { href: "/dqm" }, "Data quality"), ` / ${run.run}`),
    h(
      "section",
      { class: "card head" },
      h("h1", {}, `Run ${run.run}`),
      h(
        "p",
        { class: "meta" },
        STATUSES.filter((status) => counts[status] > 0).map((status) =>
          h("span", {}, h("i", { class: `status ${status}` }), `${counts[status]} ${status}`),
        ),
        age(run.judgedAt, "judged "),
        h("span", { class: "faint" }, run.detector),
      ),
      lumisectionMap(run),
    ),
    h("h2", {}, "Ranges"),
    rangeTable(ranges),
    evidence.length > 0 && [
      h("h2", {}, `Lumisection ${evidence[0].lumi}, the worst: ${evidence[0].histogram}`),
      h(
        "div",
        { class: "card" },
        h(
          "div",
          { class: "scroll bare", tabindex: "0", role: "region", "aria-label": "Bins of the worst lumisection" },
          binsChart(evidence[0]),
        ),
        h(
          "p",
          { class: "small" },
          "Line: seen. Dashed: expected. Band: certified runs. Below: how far each bin is off, in red where that is more than two standard deviations.",
        ),
        h(
          "ul",
          {},
          worst.map((one) => h("li", {}, one)),
        ),
      ),
    ],
    h("h2", {}, "People's word"),
    overrules.length === 0
      ? h("p", { class: "empty" }, "Nobody has overruled anything.")
      : h(
          "ul",
          { class: "list wide" },
          overrules.map((one) => overruled(one, context)),
        ),
    context.may("operator") && overruleForm(run, context),
  ];
}

function lumisectionMap({ run, lumis, counts }) {
  const first = lumis[0]?.lumi ?? 1;
  const start = first - ((first - 1) % PER_ROW);
  const placed = lumis
    .map((one) => ({ ...one, row: Math.floor((one.lumi - start) / PER_ROW), column: (one.lumi - 1) % PER_ROW }))
    .filter(({ row }) => row < MOST_ROWS);
  const rows = Math.max(0, ...placed.map(({ row }) => row)) + 1;
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": `Lumisections of run ${run}` },
    svg(
      "svg",
      {
        class: "lumis",
        viewBox: `-44 0 ${PER_ROW * SQUARE + 44} ${rows * SQUARE * 2}`,
        role: "img",
        "aria-label": `Map of lumisections: ${counts.GOOD} good, ${counts.BAD} bad; the ranges stand in the table below`,
      },
      Array.from({ length: rows }, (_, row) =>
        svg("text", { x: -4, y: row * SQUARE * 2 + 12, "text-anchor": "end" }, start + row * PER_ROW),
      ),
      placed.map(({ lumi, status, score, by, row, column }) =>
        svg(
          "rect",
          {
            class: `status ${status}${by === null ? "" : " said"}`,
            x: column * SQUARE,
            y: row * SQUARE * 2,
            width: SQUARE - 1,
            height: SQUARE * 2 - 2,
          },
          svg(
            "title",
            {},
            `${lumi}: ${status}${score === null ? "" : `, score ${score.toPrecision(3)}`}${by === null ? "" : `, by ${by}`}`,
          ),
        ),
      ),
    ),
  );
}

function rangeTable(ranges) {
  return table(
    ["lumisections", "status", "why"],
    ranges.map(({ first, last, status, reason, by }) => [
      first === last ? first : `${first}–${last}`,
      h("span", { class: "one-line" }, h("i", { class: `status ${status}` }), status),
      [reason, by !== null && h("b", {}, ` ${by}`)],
    ]),
    "Ranges",
  );
}

function overruled({ id, first, last, status, reason, by, at, revokedAt }, { act, may }) {
  return h(
    "li",
    { class: "card tight", "data-key": id },
    h("p", {}, h("b", {}, by), ` says ${first}–${last} are ${status}: ${reason} `, age(at)),
    revokedAt === null
      ? may("operator") &&
          h("button", { type: "button", onclick: () => act({ kind: "revoke-overrule", overrule: id }) }, "Take back")
      : h("p", { class: "faint" }, `taken back ${clock(revokedAt)}`),
  );
}

function overruleForm({ run, lumis }, { act }) {
  const onsubmit = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    act({
      kind: "overrule",
      run,
      first: Number(form.get("first")),
      last: Number(form.get("last")),
      status: form.get("status"),
      reason: form.get("reason"),
    });
  };
  const place = (name, value) => h("input", { name, type: "number", min: 1, required: true, value });
  return h(
    "form",
    { class: "card form side-by-side", onsubmit },
    h("label", {}, "Lumisections from", place("first", lumis[0]?.lumi)),
    h("label", {}, "to", place("last", lumis.at(-1)?.lumi)),
    h(
      "label",
      {},
      "are",
      h(
        "select",
        { name: "status" },
        STATUSES.map((status) => h("option", {}, status)),
      ),
    ),
    h("label", {}, "because", h("input", { name: "reason", required: true, minlength: 3, maxlength: 1000 })),
    h("button", {}, "Overrule"),
  );
}
