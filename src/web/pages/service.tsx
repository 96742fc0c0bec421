import type { AnomalyView, ServiceDetailView, SpanView } from "../detail-views.ts";
import type { Session } from "./frame/session.ts";
import { CourseFigure, type Range } from "./parts/chart.tsx";
import { age, chip, clock, number } from "./parts/format.tsx";
import { GroupCard } from "./parts/group-card.tsx";
import { Inline } from "./parts/markdown.tsx";
import { Spark } from "./parts/spark.tsx";

const RANGES = [
  [1, "1 h"],
  [3, "3 h"],
  [12, "12 h"],
  [24, "1 d"],
  [72, "3 d"],
  [168, "7 d"],
] as const;
const KINDS: Readonly<Record<SpanView["kind"], string>> = {
  anomaly: "Anomalies",
  alert: "Alerts",
  silence: "Silences",
  intervention: "Interventions",
  ticket: "Tickets",
};

/** One service: its metrics with what was expected, and everything that happened, on one time axis. */
export function servicePage(data: ServiceDetailView, session: Session) {
  const { service, from, to, courses, caveat, spans, groups, anomalies } = data;
  const range = { min: Date.parse(from) / 1000, max: Date.parse(to) / 1000 };
  const shaded = spans
    .filter(({ kind }) => kind === "anomaly")
    .map((span) => [Date.parse(span.from) / 1000, span.to === null ? range.max : Date.parse(span.to) / 1000] as const);
  return (
    <>
      <p class="crumbs">
        <a href="/">Overview</a>
        {" / "}
        {service.name}
      </p>
      {head(data)}
      <div class="columns">
        <div>
          <div class="row">
            <h2>Metrics</h2>
            {ranges(service.name, from, to)}
          </div>
          {caveat && <p class="notice">{caveat}</p>}
          {timeline(spans, range)}
          {courses.length === 0 && <p class="empty">No values yet.</p>}
          {courses.map((course) => (
            <CourseFigure key={course.metric} course={course} spans={shaded} range={range} />
          ))}
          <p class="small">Line: seen. Band: expected. Shaded: anomalous. Times are UTC.</p>
        </div>
        <aside aria-label="What to know about it">
          {groups.length > 0 && (
            <>
              <h2>Open issues</h2>
              <div class="groups">
                {groups.map((group) => (
                  <GroupCard key={group.id} group={group} session={session} />
                ))}
              </div>
            </>
          )}
          <h2>
            Anomalies<span class="count">{String(anomalies.length)}</span>
          </h2>
          {anomalies.length === 0 ? (
            <p class="empty">None in this range.</p>
          ) : (
            <ul class="list">{anomalies.slice(0, 12).map(anomalyRow)}</ul>
          )}
          {relations(data)}
          {data.demo && session.may("operator") && injectForm(service.name, session)}
        </aside>
      </div>
    </>
  );
}

function head({ service }: ServiceDetailView) {
  return (
    <section class="card head">
      <div class="row">
        <h1>
          {service.name} <span class="faint light">{service.title}</span>
        </h1>
        {chip(service.state)}
      </div>
      <p>{service.reason}</p>
      <Spark scores={service.scores} threshold={service.threshold} label={`Scores of ${service.name}`} />
      <p class="meta">
        {service.score !== null && (
          <span>
            {"score "}
            <b>{number(service.score)}</b>
            {` of ${number(service.threshold)}`}
          </span>
        )}
        <span>
          {"on call: "}
          <b>{service.oncall ?? "nobody"}</b>
        </span>
        {service.owners.length > 0 && (
          <span>
            {"owners: "}
            {service.owners.join(", ")}
          </span>
        )}
        {service.dataAt ? age(service.dataAt, "newest point ") : <span>no data</span>}
      </p>
    </section>
  );
}

function ranges(name: string, from: string, to: string) {
  const hours = Math.round((Date.parse(to) - Date.parse(from)) / 3_600_000);
  return (
    <div class="choices" role="group" aria-label="Time range">
      {RANGES.map(([value, text]) => (
        <a
          href={`/services/${encodeURIComponent(name)}?hours=${value}`}
          aria-current={value === hours ? "true" : undefined}
        >
          {text}
        </a>
      ))}
    </div>
  );
}

/** A row per kind of thing that happened, all on the charts' time axis. */
function timeline(spans: readonly SpanView[], range: Range) {
  const kinds = (Object.keys(KINDS) as SpanView["kind"][]).filter((kind) => spans.some((span) => span.kind === kind));
  const place = (iso: string | null, fallback: number) => {
    const seconds = iso === null ? fallback : Date.parse(iso) / 1000;
    return Math.min(100, Math.max(0, ((seconds - range.min) / (range.max - range.min)) * 100));
  };
  return (
    kinds.length > 0 && (
      <div class="card timeline">
        {kinds.map((kind) => (
          <div class="lane">
            <span class="small lane-name">{KINDS[kind]}</span>
            <div class="lane-track">
              {spans
                .filter((span) => span.kind === kind)
                .map((span) => {
                  const left = place(span.from, range.min);
                  const width = Math.max(0.8, place(span.to, range.max) - left);
                  const title = `${span.title}, ${clock(span.from)} to ${span.to === null ? "now" : clock(span.to)}`;
                  return (
                    <a
                      class={`span is-${kind}`}
                      href={span.href ?? "#"}
                      title={title}
                      aria-label={title}
                      style={`left:${left}%;width:${width}%`}
                    />
                  );
                })}
            </div>
          </div>
        ))}
      </div>
    )
  );
}

/** One anomaly in a list. */
export function anomalyRow({
  id,
  service,
  kind,
  class: looksLike,
  openedAt,
  closedAt,
  peakScore,
  contributions,
}: AnomalyView) {
  return (
    <li key={id}>
      <a href={`/anomalies/${encodeURIComponent(id)}`} class="card tight">
        <span class="row">
          <b>{`${service}: ${kind}, ${looksLike}`}</b>
          {chip(closedAt === null ? "firing" : "resolved", closedAt === null ? "open" : "closed")}
        </span>
        <span class="row faint foot">
          <span>{`peak ${number(peakScore)}${contributions[0] ? `, mostly ${contributions[0].metric}` : ""}`}</span>
          {age(openedAt)}
        </span>
      </a>
    </li>
  );
}

function relations({ runbook, dependsOn, dependents }: ServiceDetailView) {
  const links = (names: readonly string[]) =>
    names.map((name, index) => [index > 0 && ", ", <a href={`/services/${encodeURIComponent(name)}`}>{name}</a>]);
  return (
    <>
      {runbook && (
        <>
          <h2>Runbook</h2>
          <div class="card">
            <p>
              <a href={runbook.url}>{runbook.title}</a>
            </p>
            <ol class="plain">
              {runbook.firstSteps.map((step) => (
                <li>
                  <Inline text={step} />
                </li>
              ))}
            </ol>
          </div>
        </>
      )}
      {(dependsOn.length > 0 || dependents.length > 0) && (
        <>
          <h2>Neighbours</h2>
          <div class="card">
            {dependsOn.length > 0 && (
              <p>
                {"needs "}
                {links(dependsOn)}
              </p>
            )}
            {dependents.length > 0 && (
              <p>
                {"needed by "}
                {links(dependents)}
              </p>
            )}
          </div>
        </>
      )}
    </>
  );
}

function injectForm(service: string, { act }: Session) {
  const onsubmit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void act({ kind: "inject", service, anomaly: form.get("anomaly"), minutes: Number(form.get("minutes")) });
  };
  return (
    <>
      <h2>Try it</h2>
      <form class="card form" onSubmit={onsubmit}>
        <p class="faint">Metrics are simulated here: make something go wrong and see what comes of it.</p>
        <label>
          What
          <select name="anomaly">
            {["point", "contextual", "collective", "down", "absent"].map((kind) => (
              <option>{kind}</option>
            ))}
          </select>
        </label>
        <label>
          Minutes
          <input name="minutes" type="number" min={1} max={120} value={6} />
        </label>
        <button type="submit" class="primary">
          Make it happen
        </button>
      </form>
    </>
  );
}
