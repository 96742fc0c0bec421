import { type BlockSpec, createBlockDistance } from "./block-distance.ts";
import { createDailyResidual } from "./daily.ts";
import { createSortedWindow, type SortedWindow } from "./sorted-window.ts";

/** Courses that are compared with the past's: the value itself, its last rows, and means of some. */
const COURSES: readonly BlockSpec[] = [
  { blocks: 1, length: 1, nearest: 1 },
  { blocks: 3, length: 1, nearest: 3 },
  { blocks: 8, length: 1, nearest: 5 },
  { blocks: 1, length: 4, nearest: 1 },
  { blocks: 16, length: 2, nearest: 5 },
];
const STATISTICS = COURSES.length + 4;
const MEAN_ROWS = 24;
const WINDOW = 20_000;
/** No scale below this share of the range. */
const LEAST_SCALE = 0.05;
/** Values within this share of the scale are neighbours. */
const REACH = 0.05;
/** One statistic alone does not speak for all. */
const MOST = 6;
/** The mean is steadied with this half-life, in rows: what lasts for two rows counts more than what does not. */
const HALF_LIFE = 1;

/** Says how surprising each value of one metric is, learning as it goes. */
export interface StreamSurprise {
  /**
   * @param time Unix seconds, NaN where not known
   * @returns mean surprise, about −log10 of a probability: 0.3 is ordinary, above 1 is rare
   */
  push(value: number, time: number): number;
}

/**
 * Nine statistics of one series, each turned into −log10 of its tail probability among its own past, and averaged: distances to the most
 * alike short courses of the past, at five scales; differences to the usual of the time of day, with and without telling weekends
 * apart; emptiness of the past around the values; and stillness. Averages of unlike surprises are steadier than any one of them, or
 * than their highest. A statistic that knows too little yet has no say, and its silence does not pass for the usual.
 */
export function createStreamSurprise(): StreamSurprise {
  const values = createSortedWindow(WINDOW);
  const statistics = createStatistics();
  const pasts = Array.from({ length: STATISTICS }, () => createOwnPast());
  const steadied = createSteadied(HALF_LIFE);
  return {
    push: (value, time) => {
      const raw = statistics(value, time, values);
      values.add(value);
      let sum = 0;
      let known = 0;
      for (let i = 0; i < STATISTICS; i++) {
        const one = raw[i] as number;
        if (!Number.isNaN(one)) {
          sum += Math.min((pasts[i] as (typeof pasts)[number]).push(one), MOST);
          known++;
        }
      }
      return steadied(sum / known);
    },
  };
}

/** The statistics of the next value, before it joins those seen; higher is stranger, NaN where too little is known yet. The array is used again. */
function createStatistics(): (value: number, time: number, values: SortedWindow) => Float64Array {
  const courses = COURSES.map((spec) => createBlockDistance(spec));
  const daily = createDailyResidual("every day");
  const weekly = createDailyResidual("weekends apart");
  const meanEmptiness = createRunningMean(MEAN_ROWS);
  const meanStep = createRunningMean(MEAN_ROWS);
  const raw = new Float64Array(STATISTICS);
  let before = Number.NaN;
  return (value, time, values) => {
    const { middle, scale } = scaleOf(values, value);
    const z = (value - middle) / scale;
    const squeezed = Math.sign(z) * Math.log1p(2 * Math.abs(z));
    let at = 0;
    for (const course of courses) {
      raw[at++] = course.push(value) / scale;
    }
    raw[at++] = Math.abs(daily.push(value, time) / scale);
    raw[at++] = Math.abs(weekly.push(value, time) / scale);
    const near = values.countFrom(value - REACH * scale) - values.countFrom(value + REACH * scale);
    raw[at++] = meanEmptiness(-Math.log((near + 0.5) / (values.size + 1)));
    raw[at++] = -meanStep(Number.isNaN(before) ? 0 : Math.abs(squeezed - before));
    before = squeezed;
    return raw;
  };
}

/** Median and spread of what was seen, the spread never 0. */
function scaleOf(values: SortedWindow, value: number): { readonly middle: number; readonly scale: number } {
  if (values.size === 0) {
    return { middle: value, scale: Math.max(1e-9 * Math.abs(value), 1e-12) };
  }
  const middle = values.quantile(0.5);
  const range = values.quantile(1) - values.quantile(0);
  const spread = values.quantile(0.9) - values.quantile(0.1);
  return { middle, scale: Math.max(spread, LEAST_SCALE * range, 1e-9 * Math.abs(middle), 1e-12) };
}

/** Mean of the newest `rows` numbers. */
export function createRunningMean(rows: number): (value: number) => number {
  const kept: number[] = [];
  let sum = 0;
  return (value) => {
    kept.push(value);
    sum += value - (kept.length > rows ? (kept.shift() as number) : 0);
    return sum / kept.length;
  };
}

/** Exponential mean that begins at 0; what was is forgotten by half in `halfLife` rows. */
export function createSteadied(halfLife: number): (value: number) => number {
  const share = 1 - 0.5 ** (1 / halfLife);
  let mean = 0;
  return (value) => {
    mean += share * (value - mean);
    return mean;
  };
}

/** Turns a statistic into −log10 of the probability of so high a value among its own past. */
export interface OwnPast {
  /** The surprise of the value among those before it; then it joins them. */
  push(value: number): number;
  values(): readonly number[];
}

const TAIL_FROM = 0.98;
const FEWEST = 30;
const LIMIT = 10_000;
/** As if this many excesses as long as the middle's slope lets expect had been seen: a short past does not decide alone. */
const PRIOR = 5;

/** Ranks up to the 98th percentile, an exponential tail above it. */
export function createOwnPast(saved: readonly number[] = []): OwnPast {
  const past = createSortedWindow(LIMIT, saved);
  return {
    push: (value) => {
      const surprise = past.size < FEWEST ? 0 : surpriseAmong(past, value);
      past.add(value);
      return surprise;
    },
    values: () => past.values(),
  };
}

function surpriseAmong(past: SortedWindow, value: number): number {
  const start = past.quantile(TAIL_FROM);
  if (value <= start || !(start > past.quantile(0))) {
    return -Math.log10((past.countFrom(value) + 1) / (past.size + 1));
  }
  const above = Math.max(past.countFrom(start), 1);
  let excess = 0;
  for (const share of [0.985, 0.99, 0.995]) {
    excess += (past.quantile(share) - start) / 3 / -Math.log((1 - share) / (1 - TAIL_FROM));
  }
  const slope = (start - past.quantile(0.5)) / Math.log(0.5 / (1 - TAIL_FROM));
  const scale = Math.max((above * excess + PRIOR * slope) / (above + PRIOR), 1e-9 * Math.abs(start), 1e-12);
  return -Math.log10(1 - TAIL_FROM) + ((value - start) / scale) * Math.LOG10E;
}
