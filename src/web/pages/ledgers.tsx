import type { AuditView, ModelView, NoiseView, OncallPageView } from "../detail-views.ts";
import type { Session } from "./frame/session.ts";
import { age, chip, clock, duration, now, number } from "./parts/format.tsx";
import { table } from "./parts/table.tsx";

/** Who is on call, and the exceptions that come. */
export function oncallPage({ oncall, overrides, shifts }: OncallPageView) {
  return (
    <>
      <h1>On call</h1>
      <div class="summary">
        {oncall.length === 0 && <p class="empty">No roster is configured.</p>}
        {oncall.map(({ roster, person, until, because }) => (
          <div class="figure wide">
            <b>{person}</b>
            <span>{roster}</span>
            <span class="small">
              {because}
              {until && `, ${duration(Date.parse(until) - now())} left (until ${clock(until)})`}
            </span>
          </div>
        ))}
      </div>
      {shifts.length > 0 && (
        <>
          <h2>The next two weeks</h2>
          {shiftLanes(shifts)}
        </>
      )}
      <h2>Exceptions in the next 30 days</h2>
      {overrides.length === 0 ? (
        <p class="empty">None.</p>
      ) : (
        table(
          ["roster", "person", "from", "to", "made by"],
          overrides.map(({ roster, person, from, to, by }) => [roster, person, clock(from), clock(to), by]),
        )
      )}
    </>
  );
}

/** A lane per roster on one time axis; the names also stand in the titles and in the list for screen readers. */
function shiftLanes(shifts: OncallPageView["shifts"]) {
  const from = Math.min(...shifts.map((shift) => Date.parse(shift.from)));
  const span = Math.max(...shifts.map((shift) => Date.parse(shift.to))) - from;
  const percent = (time: number) => ((time - from) / span) * 100;
  const rosters = [...new Set(shifts.map(({ roster }) => roster))];
  const people = [...new Set(shifts.map(({ person }) => person))];
  const days = Array.from({ length: Math.ceil(span / 86_400_000) }, (_, index) => new Date(from + index * 86_400_000));
  return (
    <div class="card scroll" tabIndex={0} role="region" aria-label="Shifts of the next two weeks">
      <div class="calendar">
        <div class="lane" aria-hidden="true">
          <span class="lane-name" />
          <div class="days">
            {days.map((day) => (
              <span class="small">{day.toISOString().slice(5, 10)}</span>
            ))}
          </div>
        </div>
        {rosters.map((roster) => (
          <div class="lane">
            <span class="small lane-name">{roster}</span>
            <ul class="lane-track tall">
              {shifts
                .filter((shift) => shift.roster === roster)
                .map((shift) => {
                  const left = percent(Date.parse(shift.from));
                  const title = `${shift.person}, ${clock(shift.from)} to ${clock(shift.to)}`;
                  return (
                    <li
                      class={`shift shade-${people.indexOf(shift.person) % 4}`}
                      title={title}
                      style={`left:${left}%;width:${percent(Date.parse(shift.to)) - left}%`}
                    >
                      {shift.person}
                    </li>
                  );
                })}
            </ul>
          </div>
        ))}
      </div>
    </div>
  );
}

/** Which models there are, what they were taught on, and which one is live. */
export function modelsPage({ models }: { readonly models: readonly ModelView[] }, { act, may }: Session) {
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
      <b>{entity}</b>,
      detector,
      <code title={version}>{version.slice(0, 16)}</code>,
      age(trainedAt),
      <span title={`${clock(trainedFrom)} to ${clock(trainedTo)}`}>
        {duration(Date.parse(trainedTo) - Date.parse(trainedFrom))}
      </span>,
      metrics.length,
      number(threshold),
      [
        Object.entries(figures)
          .map(([name, value]) => `${name} ${number(value)}`)
          .join(", "),
        note && <p class="faint flush">{note}</p>,
      ],
      active
        ? chip("ok", "live")
        : may("admin") && (
            <button type="button" onClick={() => act({ kind: "activate-model", model: id })}>
              Go back to it
            </button>
          ),
    ],
  );
  return (
    <>
      <h1>
        Models<span class="count">{String(models.length)}</span>
      </h1>
      {models.length === 0 ? (
        <p class="empty">None has been trained yet.</p>
      ) : (
        table(["entity", "detector", "version", "trained", "history", "metrics", "threshold", "figures", ""], rows)
      )}
    </>
  );
}

/** Who did what, from where. */
export function auditPage({ entries }: { readonly entries: readonly AuditView[] }) {
  const rows = entries.map(({ at, actor, via, action, subject, details }) => [
    <span title={clock(at)}>{age(at)}</span>,
    <b>{actor}</b>,
    via,
    action,
    subject,
    <span class="faint">
      {Object.entries(details)
        .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
        .join(", ")}
    </span>,
  ]);
  return (
    <>
      <h1>Audit log</h1>
      {rows.length === 0 ? (
        <p class="empty">Nobody has done anything yet.</p>
      ) : (
        table(["when", "who", "from", "what", "to", "details"], rows)
      )}
    </>
  );
}

/** What alerts have cost people: those nobody takes are noise. */
export function noisePage({ since, alerts, groups, acknowledged, silenced, services, loudest }: NoiseView) {
  const share = (part: number, whole: number) => (whole === 0 ? "–" : `${Math.round((part / whole) * 100)} %`);
  return (
    <>
      <h1>Noise</h1>
      <p class="faint">{`Since ${clock(since)}. An alert is taken when somebody acknowledged its group.`}</p>
      <section class="summary" aria-label="In short">
        {[
          [alerts, "alerts began"],
          [groups, "groups people saw"],
          [share(acknowledged, alerts), "were taken by somebody"],
          [silenced, "were silenced"],
        ].map(([value, text]) => (
          <div class="figure">
            <b>{String(value)}</b>
            <span>{text}</span>
          </div>
        ))}
      </section>
      <h2>By service</h2>
      {services.length === 0 ? (
        <p class="empty good">No alert at all.</p>
      ) : (
        table(
          ["service", "alerts", "groups", "taken", "median minutes"],
          services.map((row) => [
            <b>{row.service}</b>,
            row.alerts,
            row.groups,
            share(row.acknowledged, row.alerts),
            row.medianMinutes === null ? "–" : number(row.medianMinutes),
          ]),
        )
      )}
      {loudest.length > 0 && (
        <>
          <h2>Loudest</h2>
          {table(
            ["alert", "service", "times", "taken"],
            loudest.map((row) => [<b>{row.name}</b>, row.service, row.alerts, share(row.acknowledged, row.alerts)]),
          )}
        </>
      )}
    </>
  );
}
