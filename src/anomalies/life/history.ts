import type { Anomaly } from "../../alert/anomaly.ts";
import type { Frame } from "../../detect/frame.ts";

/** A stretch of time, Unix seconds, both ends included. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Rows `from` to before `to` of a frame, without copying. */
export function sliceRows(frame: Frame, from: number, to = frame.rows): Frame {
  const size = frame.metrics.length;
  return {
    metrics: frame.metrics,
    rows: to - from,
    values: frame.values.subarray(from * size, to * size),
    times: frame.times?.subarray(from, to) ?? null,
  };
}

/** Number of rows with at least one value. */
export function rowsWithValues(frame: Frame): number {
  let count = 0;
  for (let row = 0; row < frame.rows; row++) {
    count += hasValue(frame, row) ? 1 : 0;
  }
  return count;
}

/** What a model may learn from, and what was left out. */
export interface TeachingHistory {
  readonly frame: Frame;
  /** Rows left out because they are part of events. */
  readonly excluded: number;
  /** Rows of events that teach all the same, because a person said that they are ordinary. */
  readonly joined: number;
}

/** With more than this share left out, nothing is: what happens most of the time is what is ordinary. */
const MOST_EXCLUDED = 0.5;

/**
 * Rows with values, without those in events: anomalous points do not teach. Rows within `ordinary` teach in spite of an event
 * over them.
 */
export function teachingHistory(
  frame: Frame,
  events: readonly Stretch[],
  ordinary: readonly Stretch[] = [],
): TeachingHistory {
  const within = (time: number, stretches: readonly Stretch[]) =>
    stretches.some(({ from, to }) => time >= from && time <= to);
  const filled: number[] = [];
  const kept: number[] = [];
  let joined = 0;
  for (let row = 0; row < frame.rows; row++) {
    if (!hasValue(frame, row)) {
      continue;
    }
    filled.push(row);
    const time = frame.times?.[row] ?? Number.NaN;
    const isEvent = within(time, events);
    const isOrdinary = within(time, ordinary);
    joined += isOrdinary ? 1 : 0;
    if (!isEvent || isOrdinary) {
      kept.push(row);
    }
  }
  const excluded = filled.length - kept.length;
  return excluded > filled.length * MOST_EXCLUDED
    ? { frame: pickRows(frame, filled), excluded: 0, joined }
    : { frame: pickRows(frame, kept), excluded, joined };
}

/** What lasts longer than this, in milliseconds, is the new ordinary, and teaches. */
export const LONGEST_EVENT = 86_400_000;

/**
 * The stretches of an entity's events, for {@link teachingHistory}: of all, and of those that people said are ordinary.
 * @param forgives true for an event that people said is ordinary, and still say
 */
export function stretchesOf(
  known: readonly Anomaly[],
  now: Date,
  forgives: (event: Anomaly) => boolean,
): { readonly events: readonly Stretch[]; readonly ordinary: readonly Stretch[] } {
  const endOf = ({ closedAt }: Anomaly) => (closedAt ?? now).getTime();
  const short = known.filter((event) => endOf(event) - event.openedAt.getTime() <= LONGEST_EVENT);
  const stretch = (event: Anomaly) => ({ from: event.openedAt.getTime() / 1000, to: endOf(event) / 1000 });
  return { events: short.map(stretch), ordinary: short.filter(forgives).map(stretch) };
}

function hasValue(frame: Frame, row: number): boolean {
  const size = frame.metrics.length;
  for (let i = row * size; i < (row + 1) * size; i++) {
    if (Number.isFinite(frame.values[i])) {
      return true;
    }
  }
  return false;
}

function pickRows(frame: Frame, rows: readonly number[]): Frame {
  const size = frame.metrics.length;
  const values = new Float64Array(rows.length * size);
  rows.forEach((row, at) => {
    values.set(frame.values.subarray(row * size, (row + 1) * size), at * size);
  });
  const { times } = frame;
  return {
    metrics: frame.metrics,
    rows: rows.length,
    values,
    times: times === null ? null : Float64Array.from(rows, (row) => times[row] as number),
  };
}
