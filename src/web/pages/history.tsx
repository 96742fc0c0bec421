import type { HistoryView } from "../history-views.ts";
import { age, clock } from "./parts/format.tsx";
import { HistoryList } from "./parts/history-list.tsx";

const WINDOWS = [
  [6, "6 h"],
  [24, "1 d"],
  [72, "3 d"],
  [168, "7 d"],
  [720, "30 d"],
] as const;

/** What fired, whom it was told, and what people did, in any window, by service and rule. */
export function historyPage(search: URLSearchParams) {
  return ({ from, to, entries, isCut, stale }: HistoryView) => (
    <>
      <h1>History</h1>
      <form class="filter" action="/history" role="search">
        {(["from", "to"] as const).map((name) => (
          <label key={name}>
            {name === "from" ? "From (UTC)" : "To (UTC)"}
            <input name={name} value={search.get(name) ?? ""} placeholder="2026-06-15T00:00:00Z" autocomplete="off" />
          </label>
        ))}
        <label>
          Service
          <input name="service" value={search.get("service") ?? ""} placeholder="dbs" autocomplete="off" />
        </label>
        <label>
          Rule
          <input name="alertname" value={search.get("alertname") ?? ""} placeholder="DBSDown" autocomplete="off" />
        </label>
        <button type="submit">Show</button>
      </form>
      <p class="meta">
        <span>{`${clock(from)} to ${clock(to)}`}</span>
        <span class="choices">
          {WINDOWS.map(([hours, text]) => (
            <a key={hours} href={`/history?${windowOf(hours, to, search)}`}>
              {text}
            </a>
          ))}
        </span>
      </p>
      {isCut && <p class="notice">There is more in this window than is shown: choose a shorter one, or a service.</p>}
      {stale.length > 0 && (
        <section class="card" aria-label="Old acknowledgements">
          <h2 class="flush">Acknowledged for long, still open</h2>
          <ul class="plain">
            {stale.map(({ group, by, since, title }) => (
              <li key={group}>
                <a href={`/groups/${encodeURIComponent(group)}`}>{title}</a>
                {`, ${by}, `}
                {age(since)}
              </li>
            ))}
          </ul>
        </section>
      )}
      <HistoryList entries={entries} />
    </>
  );
}

function windowOf(hours: number, to: string, search: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(search);
  next.delete("to");
  next.set("from", new Date(Date.parse(to) - hours * 3_600_000).toISOString());
  for (const [name, value] of [...next]) {
    if (value === "") {
      next.delete(name);
    }
  }
  return next;
}
