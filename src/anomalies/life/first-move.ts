import type { FirstMove } from "../../alert/anomaly.ts";
import { median, sortedFinite } from "../../detect/math/statistics.ts";

/** One metric's newest values, oldest first; times are Unix milliseconds. */
export interface Course {
  readonly metric: string;
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

/** Rows before an event in which its beginning is looked for, and those before them that say what is usual. */
const LOOKED_AT = 30;
const BASELINE = 120;
const FEWEST_BASELINE = 20;
/** In robust standard deviations. */
const MOVED = 4;
const LEAST_CHANGE = 0.02;
/** From its first move on a metric stays away from the usual in this share of the rows. */
const STAYS_AWAY = 0.6;

/**
 * The metric that left its usual range first, looking back from the beginning of an event. Of those that moved at the same time
 * it is the one listed first; null where none was seen to move.
 * @param courses of the metrics that lead the event, worst first
 */
export function firstToMove(courses: readonly Course[], openedAt: Date): FirstMove | null {
  const moves = courses.flatMap((course) => moveOf(course, openedAt.getTime()) ?? []);
  return moves.reduce<FirstMove | null>((first, move) => (first === null || move.at < first.at ? move : first), null);
}

function moveOf({ metric, times, values }: Course, openedAt: number): FirstMove | null {
  const found = times.findLastIndex((time) => time <= openedAt);
  if (found < 0) {
    return null;
  }
  const start = Math.max(found - LOOKED_AT + 1, 0);
  const before = sortedFinite(values.slice(Math.max(start - BASELINE, 0), start).map((value) => value ?? Number.NaN));
  if (before.length < FEWEST_BASELINE) {
    return null;
  }
  const usual = median(before);
  const deviation = 1.4826 * median(before.map((value) => Math.abs(value - usual)));
  const limit = Math.max(MOVED * deviation, LEAST_CHANGE * Math.abs(usual), 1e-12);
  const away = values.slice(start, found + 1).map((value) => value !== null && Math.abs(value - usual) > limit);
  for (let at = 0; at < away.length; at++) {
    const rest = away.slice(at);
    if (away[at] && rest.filter(Boolean).length >= STAYS_AWAY * rest.length) {
      const row = start + at;
      return { metric, at: new Date(times[row] as number), seen: values[row] as number, usual };
    }
  }
  return null;
}
