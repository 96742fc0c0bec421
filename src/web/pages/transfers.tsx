import type { TransfersView } from "../transfer-views.ts";
import { age, chip, clock, duration, number } from "./parts/format.tsx";
import { table } from "./parts/table.tsx";

/** Links and storage elements that are slow or fail, and single transfers that lasted longer than all but a few. */
export function transfersPage({ state, note, model, judged, rate, open, closed, top, cleaned }: TransfersView) {
  return (
    <>
      <h1>Transfers</h1>
      <p class="meta">
        {state === "learning"
          ? `Still learning: ${note}.`
          : `${judged} judged since the start; the slowest ${100 * rate} % for what they are count as anomalous.`}
        {model !== null && (
          <span>
            {"by "}
            <a href="/models">{`${model.name} ${model.version.slice(0, 8)}`}</a>
          </span>
        )}
        {cleaned.length > 0 && (
          <span>{`Put right or left out: ${cleaned.map(({ what, count }) => `${what} ${count}`).join(", ")}.`}</span>
        )}
      </p>
      {open.length === 0 && <p class="empty">No link or storage element is slow or failing.</p>}
      <div class="groups">{open.map(incidentCard)}</div>
      {closed.length > 0 && (
        <>
          <h2>Over</h2>
          <div class="groups">{closed.slice(0, 20).map(incidentCard)}</div>
        </>
      )}
      {top.length > 0 && (
        <>
          <h2>Slowest for what they are, last 24 hours</h2>
          {topTable(top)}
        </>
      )}
    </>
  );
}

function incidentCard({
  id,
  summary,
  problem,
  since,
  closedAt,
  because,
  transfers,
  affected,
  reasons,
  related,
}: TransfersView["open"][number]) {
  return (
    <article class="card" key={id}>
      <h3>{summary}</h3>
      <p class="meta">
        {chip(closedAt === null ? (problem === "failing" ? "down" : "anomalous") : "resolved", problem)}
        <span>{`${affected} of ${transfers} transfers`}</span>
        {closedAt === null ? age(since, "since ") : <span>{`over ${clock(closedAt)}: ${because}`}</span>}
      </p>
      {reasons.length > 0 && (
        <ul>
          {reasons.map(({ text, count }) => (
            <li>
              {`${count} × `}
              <code>{text}</code>
            </li>
          ))}
        </ul>
      )}
      {related.length > 0 && (
        <ul>
          {related.map((ticket) => (
            <li>
              <a href={ticket.url}>{`${ticket.system} ${ticket.id}`}</a>
              {` ${ticket.subject} (${ticket.reason})`}
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}

function topTable(top: TransfersView["top"]) {
  const size = (bytes: number) => (bytes >= 1e9 ? `${number(bytes / 1e9)} GB` : `${number(bytes / 1e6)} MB`);
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
