import type { Frame } from "../../../detect/frame.ts";
import { logDuration } from "../estimator.ts";
import { endOf, type Transfer } from "../transfer.ts";

/** What names a transfer has, each with a table of its own. */
export const NAMES = ["source", "destination", "activity", "protocol", "endpoint"] as const;
/** Columns of an encoded transfer: when it began and ended, the numbers of its names, its size, delay and duration. */
export const COLUMNS = ["start", "end", ...NAMES, "size", "delay", "duration"] as const;
export const COLUMN = Object.fromEntries(COLUMNS.map((name, at) => [name, at])) as Readonly<
  Record<(typeof COLUMNS)[number], number>
>;

/** Names of each kind that the model knows, by number; 0 is any other. */
export type Vocabulary = readonly ReadonlyMap<string, number>[];

const LEAST_SEEN = 3;
const MOST_NAMES = 2000;

/** The names seen at least three times, the most frequent first, at most 2,000 of a kind. */
export function vocabularyOf(history: readonly Transfer[]): Vocabulary {
  return NAMES.map((kind) => {
    const counts = new Map<string, number>();
    for (const transfer of history) {
      counts.set(transfer[kind], (counts.get(transfer[kind]) ?? 0) + 1);
    }
    const known = [...counts]
      .filter(([, count]) => count >= LEAST_SEEN)
      .sort(([a, left], [b, right]) => right - left || a.localeCompare(b))
      .slice(0, MOST_NAMES);
    return new Map(known.map(([name], at) => [name, at + 1]));
  });
}

/** One transfer as a row of {@link COLUMNS}; end and duration are NaN while it runs. */
export function encode(transfer: Transfer, vocabulary: Vocabulary): Float64Array {
  const delay = transfer.startedAt - transfer.submittedAt;
  const { duration } = transfer;
  return Float64Array.of(
    transfer.startedAt,
    duration === null ? Number.NaN : endOf(transfer),
    ...NAMES.map((kind, at) => vocabulary[at]?.get(transfer[kind]) ?? 0),
    (Math.log10(Math.max(1, transfer.bytes)) - 8) / 2,
    (logDuration(delay) - 5) / 3,
    duration === null ? Number.NaN : logDuration(duration),
  );
}

/** A history as a table that can be sent to the training thread. */
export function encodeHistory(history: readonly Transfer[], vocabulary: Vocabulary): Frame {
  const values = new Float64Array(history.length * COLUMNS.length);
  history.forEach((transfer, row) => {
    values.set(encode(transfer, vocabulary), row * COLUMNS.length);
  });
  return { metrics: [...COLUMNS], rows: history.length, values, times: null };
}
