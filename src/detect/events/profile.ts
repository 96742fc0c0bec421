import type { Frame } from "../frame.ts";
import { quantileSorted, sortedFinite } from "../math/statistics.ts";
import { hourOfWeekIn } from "./local-hour.ts";

/** Where a metric's ordinary values lie. */
export interface Range {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** What history says of one metric; JSON-serialisable. */
export interface MetricProfile {
  readonly metric: string;
  /** Null where history has no value of it. */
  readonly overall: Range | null;
  /** Per hour of the day (24) or of the week (168); empty with less than three of each. */
  readonly hours: readonly (Range | null)[];
}

const HOUR = 3600;
const MIN_PERIODS = 3;
const MIN_VALUES = 8;
const TAIL = 0.001;
/** Ranges are widened by this share of their width: the next ordinary value may lie a little outside. */
const MARGIN = 0.1;

/** One history: what came before it in coarser steps, then the history itself. Rows of `coarse` that it covers are left out. */
export function withEarlier(train: Frame, coarse: Frame | undefined): Frame {
  const start = train.times?.[0];
  if (coarse === undefined || start === undefined || coarse.times === null || !sameMetrics(train, coarse)) {
    return train;
  }
  const found = coarse.times.subarray(0, coarse.rows).findIndex((time) => time >= start);
  const rows = found < 0 ? coarse.rows : found;
  const size = train.metrics.length;
  const values = new Float64Array((rows + train.rows) * size);
  values.set(coarse.values.subarray(0, rows * size));
  values.set(train.values.subarray(0, train.rows * size), rows * size);
  const times = new Float64Array(rows + train.rows);
  times.set(coarse.times.subarray(0, rows));
  times.set((train.times as Float64Array).subarray(0, train.rows), rows);
  return { metrics: train.metrics, rows: rows + train.rows, values, times };
}

function sameMetrics(one: Frame, other: Frame): boolean {
  return one.metrics.length === other.metrics.length && one.metrics.every((name, at) => name === other.metrics[at]);
}

/** Learns each metric's ordinary range, overall and by hour where there are three days (weeks) of history. */
export function fitProfiles(train: Frame, timeZone: string): readonly MetricProfile[] {
  const slots = slotsOf(train, timeZone);
  return train.metrics.map((metric, index) => {
    const column = columnOf(train, index);
    const overall = rangeOf(column);
    const hours = slots === null || overall === null ? [] : rangesByHour(column, slots, overall);
    return { metric, overall, hours };
  });
}

/** The range at this hour of the week; null where history says nothing about it. */
export function rangeAtHour(profile: MetricProfile, hourOfWeek: number): Range | null {
  return profile.hours[profile.hours.length === 24 ? hourOfWeek % 24 : hourOfWeek] ?? null;
}

function slotsOf({ times, rows }: Frame, timeZone: string) {
  if (times === null || rows === 0) {
    return null;
  }
  const hours = ((times[rows - 1] as number) - (times[0] as number)) / HOUR;
  const count = hours >= MIN_PERIODS * 168 ? 168 : hours >= MIN_PERIODS * 24 ? 24 : 0;
  if (count === 0) {
    return null;
  }
  const hourOfWeek = hourOfWeekIn(timeZone);
  return { count, of: Uint8Array.from(times.subarray(0, rows), (time) => hourOfWeek(time) % count) };
}

function rangesByHour(column: Float64Array, slots: { count: number; of: Uint8Array }, overall: Range) {
  const bySlot: number[][] = Array.from({ length: slots.count }, () => []);
  column.forEach((value, row) => {
    bySlot[slots.of[row] as number]?.push(value);
  });
  const floor = (overall.high - overall.low) * MARGIN;
  return bySlot.map((values) => {
    const range = rangeOf(values);
    return range === null ? null : { ...range, low: range.low - floor, high: range.high + floor };
  });
}

function rangeOf(values: ArrayLike<number>): Range | null {
  const sorted = sortedFinite(values);
  if (sorted.length < MIN_VALUES) {
    return null;
  }
  const low = quantileSorted(sorted, TAIL);
  const high = quantileSorted(sorted, 1 - TAIL);
  const margin = (high - low) * MARGIN;
  // What was never near zero is not ordinary there, however widely it goes up and down.
  return {
    low: low > 0 ? Math.max(low - margin, low / 2) : low - margin,
    median: quantileSorted(sorted, 0.5),
    high: high + margin,
  };
}

function columnOf(train: Frame, index: number): Float64Array {
  const size = train.metrics.length;
  return Float64Array.from({ length: train.rows }, (_, row) => train.values[row * size + index] as number);
}
