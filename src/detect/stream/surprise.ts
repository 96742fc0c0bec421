import { type BlockSpec, createBlockDistance } from "./block-distance.ts";
import { createDailyResidual } from "./daily.ts";
import { createOwnPast } from "./own-past.ts";
import { createContextRarity } from "./rarity.ts";
import { createSortedWindow } from "./sorted-window.ts";

/** Courses compared as they are, and after a compression that makes small values count and large ones less. */
const PLAIN: readonly BlockSpec[] = [
  { blocks: 1, length: 4, nearest: 1 },
  { blocks: 16, length: 2, nearest: 5 },
  { blocks: 8, length: 4, nearest: 5 },
];
const COMPRESSED: readonly BlockSpec[] = [
  { blocks: 8, length: 12, nearest: 5 },
  { blocks: 12, length: 24, nearest: 3 },
];
export const STATISTICS = PLAIN.length + COMPRESSED.length + 3;
/** What each statistic weighs in the mean: the courses in the order above, then range, rarity and time of day. */
export const WEIGHTS: readonly number[] = [1, 1, 1, 2, 1, 1, 1, 1];
const MEAN_ROWS = 24;
const WINDOW = 20_000;
/** No scale below this share of the range. */
const LEAST_SCALE = 0.05;

/** Says how surprising each value of one metric is, learning as it goes. */
export interface StreamSurprise {
  /** @returns surprise of each of eight statistics (−log10 of a probability); reused by the next call */
  push(value: number, time: number): Float64Array;
}

/** Eight statistics of one series, each measured against its own past. */
export function createStreamSurprise(): StreamSurprise {
  const values = createSortedWindow(WINDOW);
  const plain = PLAIN.map((spec) => createBlockDistance(spec));
  const compressed = COMPRESSED.map((spec) => createBlockDistance(spec));
  const rarity = createContextRarity();
  const daily = createDailyResidual();
  const rarityMean = createMean();
  const dailyMean = createMean();
  const pasts = Array.from({ length: STATISTICS }, () => createOwnPast());
  const raw = new Float64Array(STATISTICS);
  const surprises = new Float64Array(STATISTICS);
  return {
    push: (value, time) => {
      const low = values.size === 0 ? value : values.quantile(0);
      const high = values.size === 0 ? value : values.quantile(1);
      const middle = values.size === 0 ? value : values.quantile(0.5);
      const spread = values.size === 0 ? 0 : values.quantile(0.9) - values.quantile(0.1);
      const scale = Math.max(spread, LEAST_SCALE * (high - low), 1e-9 * Math.abs(middle), 1e-12);
      const z = (value - middle) / scale;
      let at = 0;
      for (const course of plain) {
        raw[at++] = course.push(value) / scale;
      }
      const squeezed = Math.sign(z) * Math.log1p(2 * Math.abs(z));
      for (const course of compressed) {
        raw[at++] = course.push(squeezed);
      }
      raw[at++] = Math.max(value - high, low - value, 0) / scale;
      raw[at++] = rarityMean(rarity.push(z));
      raw[at++] = Math.abs(dailyMean(daily.push(value, time) / scale));
      values.add(value);
      for (let i = 0; i < STATISTICS; i++) {
        surprises[i] = (pasts[i] as (typeof pasts)[number]).push(raw[i] as number);
      }
      return surprises;
    },
  };
}

/** Mean of the newest rows. */
function createMean(): (value: number) => number {
  const kept: number[] = [];
  let sum = 0;
  return (value) => {
    kept.push(value);
    sum += value - (kept.length > MEAN_ROWS ? (kept.shift() as number) : 0);
    return sum / kept.length;
  };
}
