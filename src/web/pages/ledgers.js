import { h } from "./dom.js";
import { age, chip, clock, duration, now, number } from "./format.js";
import { table } from "./table.js";

/** Who is on call, and the exceptions that come. */
export function oncallPage({ oncall, overrides, shifts }) {
  return [
    h("h1", {}, "On call"),
    h(
      "div",
      { class: "summary" },
      oncall.length === 0 && h("p", { class: "empty" }, "No roster is configured."),
      oncall.map(({ roster, person, until, because }) =>
        h(
          "div",
          { class: "figure wide" },
          h("b", {}, person),
          h("span", {}, roster),
          h(
            "span",
            { class: "small" },
            because,
            until && `, ${duration(Date.parse(until) - now())} left (until ${clock(until)})`,
          ),
        ),
      ),
    ),
    shifts.length > 0 && [h("h2", {}, "The next two weeks"), shiftLanes(shifts)],
    h("h2", {}, "Exceptions in the next 30 days"),
    overrides.length === 0
      ? h("p", { class: "empty" }, "None.")
      : table(
          ["roster", "person", "from", "to", "made by"],
          overrides.map(({ roster, person, from, to, by }) => [roster, person, clock(from), clock(to), by]),
        ),
  ];
}

/** A lane per roster on one time axis; the names also stand in the titles and in the list for screen readers. */
function shiftLanes(shifts) {
  const from = Math.min(...shifts.map((shift) => Date.parse(shift.from)));
  const span = Math.max(...shifts.map((shift) => Date.parse(shift.to))) - from;
  const percent = (time) => ((time - from) / span) * 100;
  const rosters = [...new Set(shifts.map(({ roster }) => roster))];
  const people = [...new Set(shifts.map(({ person }) => person))];
  const days = Array.from({ length: Math.ceil(span / 86_400_000) }, (_, index) => new Date(from + index * 86_400_000));
  return h(
    "div",
    { class: "card scroll", tabindex: "0", role: "region", "aria-label": "Shifts of the next two weeks" },
    h(
      "div",
      { class: "calendar" },
      h(
        "div",
        { class: "lane", "aria-hidden": "true" },
        h("span", { class: "lane-name" }),
        h(
          "div",
          { class: "days" },
          days.map((day) => h("span", { class: "small" }, day.toISOString().slice(5, 10))),
        ),
      ),
      rosters.map((roster) =>
        h(
          "div",
          { class: "lane" },
          h("span", { class: "small lane-name" }, roster),
          h(
            "ul",
            { class: "lane-track tall" },
            shifts
              .filter((shift) => shift.roster === roster)
              .map((shift) => {
                const left = percent(Date.parse(shift.from));
                const title = `${shift.person}, ${clock(shift.from)} to ${clock(shift.to)}`;
                return h(
                  "li",
                  {
                    class: `shift shade-${people.indexOf(shift.person) % 4}`,
                    title,
                    style: `left:${left}%;width:${percent(Date.parse(shift.to)) - left}%`,
                  },
                  shift.person,
                );
              }),
          ),
        ),
      ),
    ),
  );
}

/** Which models there are, what they were taught on, and which one is live. */
export function modelsPage({ models }, { act, may }) {
  const sorted = [...models].sort(
    (left, right) => left.entity.localeCompare(right.entity) || right.trainedAt.localeCompare(left.trainedAt),
  );
  const rows = sorted.map(
    ({
      id,
      entity,
      detector,
      version,
      trainedAt,
      trainedFrom,
      trainedTo,
      metrics,
      threshold,
      figures,
      note,
      active,
    }) => [
      h("b", {}, entity),
      detector,
      h("code", { title: version }, version.slice(0, 16)),
      age(trainedAt),
      h(
        "span",
        { title: `${clock(trainedFrom)} to ${clock(trainedTo)}` },
        duration(Date.parse(trainedTo) - Date.parse(trainedFrom)),
      ),
      metrics.length,
      number(threshold),
      [
        Object.entries(figures)
          .map(([name, value]) => `${name} ${number(value)}`)
          .join(", "),
        note && h("p", { class: "faint flush" }, note),
      ],
      active
        ? chip("ok", "live")
        : may("admin") &&
          h("button", { type: "button", onclick: () => act({ kind: "activate-model", model: id }) }, "Go back to it"),
    ],
  );
  return [
    h("h1", {}, "Models", h("span", { class: "count" }, String(models.length))),
    models.length === 0
      ? h("p", { class: "empty" }, "None has been trained yet.")
      : table(["entity", "detector", "version", "trained", "history", "metrics", "threshold", "figures", ""], rows),
  ];
}

/** Who did what, from where. */
export function auditPage({ entries }) {
  const rows = entries.map(({ at, actor, via, action, subject, details }) => [
    h("span", { title: clock(at) }, age(at)),
    h("b", {}, actor),
    via,
    action,
    subject,
    h(
      "span",
      { class: "faint" },
      Object.entries(details)
        .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
        .join(", "),
    ),
  ]);
  return [
    h("h1", {}, "Audit log"),
    rows.length === 0
      ? h("p", { class: "empty" }, "Nobody has done anything yet.")
      : table(["when", "who", "from", "what", "to", "details"], rows),
  ];
}

/** What alerts have cost people: those nobody takes are noise. */
export function noisePage({ since, alerts, groups, acknowledged, silenced, services, loudest }) {
  const share = (part, whole) => (whole === 0 ? "–" : `${Math.round((part / whole) * 100)} %`);
  return [
    h("h1", {}, "Noise"),
    h("p", { class: "faint" }, `Since ${clock(since)}. An alert is taken when somebody acknowledged its group.`),
    h(
      "section",
      { class: "summary", "aria-label": "In short" },
      [
        [alerts, "alerts began"],
        [groups, "groups people saw"],
        [share(acknowledged, alerts), "were taken by somebody"],
        [silenced, "were silenced"],
      ].map(([value, text]) => h("div", { class: "figure" }, h("b", {}, String(value)), h("span", {}, text))),
    ),
    h("h2", {}, "By service"),
    services.length === 0
      ? h("p", { class: "empty good" }, "No alert at all.")
      : table(
          ["service", "alerts", "groups", "taken", "median minutes"],
          services.map((row) => [
            h("b", {}, row.service),
            row.alerts,
            row.groups,
            share(row.acknowledged, row.alerts),
            row.medianMinutes === null ? "–" : number(row.medianMinutes),
          ]),
        ),
    loudest.length > 0 && [
      h("h2", {}, "Loudest"),
      table(
        ["alert", "service", "times", "taken"],
        loudest.map((row) => [h("b", {}, row.name), row.service, row.alerts, share(row.acknowledged, row.alerts)]),
      ),
    ],
  ];
}
