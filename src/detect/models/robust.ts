import type { Scorer } from "../detector.ts";
import type { Frame } from "../frame.ts";
import { quantileSorted, sortedFinite } from "../math/statistics.ts";
import { NotEnoughHistory } from "../not-enough-history.ts";
import { type Arrays, arrayDetector, learntArray, stateArray } from "./array-detector.ts";
import { MIN_ROWS } from "./scaler.ts";

/** Rows after which half of an old level is forgotten. */
const HALF_LIFE = 1000;
/** A step of the level is at most this many scales: anomalous points hardly teach it. */
const UPDATE_CLIP = 2;
const SCORE_CLIP = 100;
/** Scale of a standard normal between its 5th and 95th percentile. */
const NORMAL_RANGE = 3.29;

/** Each metric on its own: distance to a level that follows slowly, in units of history's middle 90 %. */
export const robust = arrayDetector({
  name: "robust",
  description: "each metric against its own slowly moving level and usual spread; takes any number of metrics",
  format: 1,
  maxMetrics: 100_000,
  fit: (train) => fitRobust(train),
  scorer: (learnt, metrics, state) => createRobustScorer(learnt, metrics.length, state),
});

/** Level and spread of each metric. @throws NotEnoughHistory */
export function fitRobust(train: Frame): Arrays {
  const size = train.metrics.length;
  const level = new Float64Array(size);
  const scale = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  const column = new Float64Array(train.rows);
  let longest = 0;
  for (let metric = 0; metric < size; metric++) {
    for (let row = 0; row < train.rows; row++) {
      column[row] = train.values[row * size + metric] as number;
    }
    const sorted = sortedFinite(column);
    longest = Math.max(longest, sorted.length);
    if (sorted.length > 0) {
      level[metric] = quantileSorted(sorted, 0.5);
      scale[metric] = spreadOf(sorted);
    }
  }
  if (longest < MIN_ROWS) {
    throw new NotEnoughHistory(longest, MIN_ROWS);
  }
  return { level, scale };
}

function spreadOf(sorted: Float64Array): number {
  const usual = (quantileSorted(sorted, 0.95) - quantileSorted(sorted, 0.05)) / NORMAL_RANGE;
  const whole = (sorted[sorted.length - 1] as number) - (sorted[0] as number);
  const size = Math.abs(quantileSorted(sorted, 0.5)) || 1;
  return whole > 0 ? Math.max(usual, whole * 0.02) : size * 0.01;
}

/** The scorer of what {@link fitRobust} learnt, also as a member of other detectors. */
export function createRobustScorer(learnt: Arrays, size: number, state: unknown): Scorer {
  const scale = learntArray(learnt, "scale", size);
  const level = state == null ? learntArray(learnt, "level", size).slice() : stateArray(state, "level", size);
  const forget = 1 - 0.5 ** (1 / HALF_LIFE);
  const contributions = new Float64Array(size);
  const expected = new Float64Array(size);
  return {
    push: (row) => {
      let sum = 0;
      for (let i = 0; i < size; i++) {
        const spread = scale[i] as number;
        const distance = ((row[i] as number) - (level[i] as number)) / spread;
        const z = Number.isFinite(distance) ? Math.min(Math.max(distance, -SCORE_CLIP), SCORE_CLIP) : 0;
        expected[i] = level[i] as number;
        contributions[i] = z * z;
        sum += z * z;
        if (z !== 0) {
          level[i] = (level[i] as number) + forget * Math.min(Math.max(z, -UPDATE_CLIP), UPDATE_CLIP) * spread;
        }
      }
      return { score: Math.sqrt(sum / size), contributions, expected };
    },
    state: () => ({ level: Array.from(level) }),
  };
}
