import type { AnomalyDetailView, AnomalyView, FeedbackView } from "../detail-views.ts";
import type { Session } from "./frame/session.ts";
import { amount } from "./parts/chart.tsx";
import { age, chip, clock, duration, now, number } from "./parts/format.tsx";
import { table } from "./parts/table.tsx";
import { anomalyRow } from "./service.tsx";

const UNITS = new Map<string, string>([
  ["requests", "per second"],
  ["latency", "seconds"],
  ["cpu", "cores"],
  ["memory", "bytes"],
]);

/** All anomalies of the last days. */
export function anomaliesPage({ anomalies }: { readonly anomalies: readonly AnomalyView[] }) {
  return (
    <>
      <h1>Anomalies</h1>
      {anomalies.length === 0 ? (
        <p class="empty good">None in the last days.</p>
      ) : (
        <ul class="list wide">{anomalies.map(anomalyRow)}</ul>
      )}
    </>
  );
}

/** One anomaly: what, why, how sure, what was like it, and what people said. */
export function anomalyPage({ anomaly, similar, feedback }: AnomalyDetailView, session: Session) {
  const { id, service, entity, kind, openedAt, closedAt, peakAt, peakScore, score, threshold, detector, modelVersion } =
    anomaly;
  const lasted = duration((closedAt === null ? now() : Date.parse(closedAt)) - Date.parse(openedAt));
  return (
    <>
      <p class="crumbs">
        <a href="/">Overview</a>
        {" / "}
        <a href={`/services/${encodeURIComponent(service)}`}>{service}</a>
        {" / anomaly"}
      </p>
      <section class="card head">
        <div class="row">
          <h1>{`${service}: ${kind} anomaly`}</h1>
          {chip(closedAt === null ? "firing" : "resolved", closedAt === null ? "open" : "closed")}
        </div>
        <p class="meta">
          <span>{`looks like ${anomaly.class}`}</span>
          {age(openedAt, "began ")}
          <span>{closedAt === null ? `lasts ${lasted} so far` : `lasted ${lasted}`}</span>
          <span>{`peak ${number(peakScore)} at ${clock(peakAt)}`}</span>
          <span>{`${closedAt === null ? `now ${number(score)}, ` : ""}threshold ${number(threshold)}`}</span>
          {entity !== service && <span>{entity}</span>}
          <span class="faint">{`${detector}, model ${modelVersion}`}</span>
        </p>
      </section>
      <div class="columns">
        <div>
          <h2>What moved</h2>
          {contributions(anomaly.contributions)}
          {anomaly.context && surroundings(anomaly.context)}
          {anomaly.evidence.length > 0 && (
            <>
              <h2>Why it is called so</h2>
              <ul class="card plain evidence">
                {anomaly.evidence.map((text) => (
                  <li>{text}</li>
                ))}
              </ul>
            </>
          )}
        </div>
        <aside aria-label="More about it">
          <h2>Most alike</h2>
          {similar.length === 0 ? (
            <p class="empty">Nothing like it is known.</p>
          ) : (
            <ul class="list">{similar.map(anomalyRow)}</ul>
          )}
          <h2>What people said</h2>
          {feedback.length === 0 && <p class="empty">Nothing yet.</p>}
          <ul class="list">{feedback.map((entry) => said(entry, session))}</ul>
          {session.may("operator") && feedbackForm(id, session)}
        </aside>
      </div>
    </>
  );
}

/** What moved first, who else is in it, what may be the cause, and why it is taken less seriously. */
function surroundings({
  firstMove,
  similar,
  members,
  affected,
  scored,
  extent,
  suspects,
  lowered,
}: NonNullable<AnomalyView["context"]>) {
  const links = (service: string) => <a href={`/services/${encodeURIComponent(service)}`}>{service}</a>;
  return (
    <>
      {firstMove && (
        <p class="notice">
          <b>{firstMove.metric}</b>
          {` moved first, at ${clock(firstMove.at)}: ${amount(firstMove.seen, UNITS.get(firstMove.metric))}, usually ${amount(firstMove.usual, UNITS.get(firstMove.metric))}.`}
        </p>
      )}
      {similar && (
        <p class="notice">
          <a href={`/anomalies/${encodeURIComponent(similar.id)}`}>Like an earlier one</a>
          {` of ${similar.entity} (${Math.round(similar.alike * 100)} % alike): ${similar.because}`}
        </p>
      )}
      {lowered.length > 0 && (
        <>
          <h2>Taken less seriously</h2>
          <ul class="card plain evidence">
            {lowered.map(({ because, muted }) => (
              <li>
                {because}
                {muted && " Nobody was alerted."}
              </li>
            ))}
          </ul>
        </>
      )}
      {suspects.length > 0 && (
        <>
          <h2>Where the cause may be</h2>
          <ol class="card plain evidence">
            {suspects.map(({ service, because }) => (
              <li>
                {links(service)}
                {`: ${because}`}
              </li>
            ))}
          </ol>
        </>
      )}
      {members.length > 0 && (
        <>
          <h2>
            Who is in it<span class="count">{extent ?? `${affected} of ${scored}`}</span>
          </h2>
          <ul class="list">
            {members.map(({ id, entity, metric, peakScore, openedAt, closedAt }) => (
              <li key={id}>
                <a href={`/anomalies/${encodeURIComponent(id)}`} class="card tight">
                  <span class="row">
                    <b>{entity}</b>
                    {chip(closedAt === null ? "firing" : "resolved", closedAt === null ? "open" : "closed")}
                  </span>
                  <span class="row faint foot">
                    <span>{`peak ${number(peakScore)}${metric === null ? "" : `, mostly ${metric}`}`}</span>
                    {age(openedAt)}
                  </span>
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function contributions(list: AnomalyView["contributions"]) {
  return list.length === 0 ? (
    <p class="empty">It is not about metrics of a service: what it rests on stands below.</p>
  ) : (
    table(
      ["metric", "share", "seen", "expected"],
      list.map(({ metric, share, seen, expected }) => [
        <b>{metric}</b>,
        <div class="bar">
          <span class="fill" style={`width:${Math.round(share * 100)}%`} />
          <span>{`${Math.round(share * 100)} %`}</span>
        </div>,
        amount(seen, UNITS.get(metric)),
        amount(expected, UNITS.get(metric)),
      ]),
      "Contributions per metric",
    )
  );
}

function said({ id, by, at, kind, reason, revokedAt }: FeedbackView, { act, may }: Session) {
  return (
    <li class="card tight" key={id}>
      <p>
        <b>{by}</b>
        {` ${kind === "not-anomaly" ? "says it is none" : kind}`}
        {reason && `: ${reason}`} {age(at)}
      </p>
      {revokedAt === null ? (
        may("admin") && (
          <button type="button" onClick={() => act({ kind: "revoke-feedback", feedback: id })}>
            Take back
          </button>
        )
      ) : (
        <p class="faint">{age(revokedAt, "taken back ")}</p>
      )}
    </li>
  );
}

function feedbackForm(anomaly: string, { act }: Session) {
  const onsubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void act({
      kind: "not-anomaly",
      anomaly,
      reason: new FormData(event.currentTarget as HTMLFormElement).get("reason"),
    });
  };
  return (
    <form class="card form" onSubmit={onsubmit}>
      <label>
        Not an anomaly, because
        <input name="reason" required maxLength={1000} />
      </label>
      <button type="submit">Say so</button>
    </form>
  );
}
