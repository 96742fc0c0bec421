import type { HistoryEntryView } from "../../history-views.ts";
import { clock } from "./format.tsx";

interface HistoryListProps {
  readonly entries: readonly HistoryEntryView[];
  /** True where all entries are of one group, so that it need not be named. */
  readonly isOne?: boolean;
}

/** What happened, one line each, with its time. */
export function HistoryList({ entries, isOne = false }: HistoryListProps) {
  if (entries.length === 0) {
    return <p class="empty">Nothing is recorded.</p>;
  }
  return (
    <ol class="card plain history">
      {entries.map((entry, at) => (
        <li key={`${entry.at} ${at}`} class={`is-${entry.kind}`}>
          <time dateTime={entry.at} class="faint figures">
            {clock(entry.at)}
          </time>{" "}
          {entry.who !== null && <b>{`${entry.who} `}</b>}
          {entry.text}
          {!isOne && entry.group !== null && (
            <>
              {" "}
              <a href={`/groups/${encodeURIComponent(entry.group)}`}>{entry.service ?? "group"}</a>
            </>
          )}
        </li>
      ))}
    </ol>
  );
}
