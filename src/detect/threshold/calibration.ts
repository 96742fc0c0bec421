import { quantileSorted, sortedFinite } from "../math/statistics.ts";
import { excessOf, fitParetoTail, logTail, type ParetoTail } from "./generalised-pareto.ts";

/** Distribution of the scores of ordinary times: ranks below the 98th percentile, a fitted tail above it. JSON-serialisable. */
export interface Calibration {
  /** Quantiles at equal steps of probability from 0 to {@link TAIL_FROM}. */
  readonly body: readonly number[];
  readonly tail: ParetoTail;
  readonly rows: number;
}

/** Where ranks end and the tail begins. */
export const TAIL_FROM = 0.98;
const BODY_STEPS = 196;
const MAX_SURPRISE = 300;

/**
 * Learns the distribution of ordinary scores. A tail of fewer than about 50 scores is mostly its prior, an exponential one.
 * @param scores raw scores of ordinary times; not finite ones are ignored
 */
export function fitCalibration(scores: ArrayLike<number>): Calibration {
  const sorted = sortedFinite(scores);
  const body: number[] = [];
  for (let step = 0; step <= BODY_STEPS; step++) {
    body.push(sorted.length === 0 ? 0 : quantileSorted(sorted, (TAIL_FROM * step) / BODY_STEPS));
  }
  const start = body[BODY_STEPS] as number;
  const excesses = sorted.filter((score) => score > start).map((score) => score - start);
  const fitted = fitParetoTail(excesses);
  // Scores that are all alike would make any change infinitely surprising.
  const smallest = Math.max(Math.abs(start) * 0.01, 1e-9);
  return { body, tail: { shape: fitted.shape, scale: Math.max(fitted.scale, smallest) }, rows: sorted.length };
}

/** −log10 of the probability of so high a score in ordinary times: 0 for the lowest, at most 300. Not finite scores give NaN. */
export function surpriseOf({ body, tail }: Calibration, score: number): number {
  const start = body[BODY_STEPS] as number;
  if (Number.isNaN(score)) {
    return Number.NaN;
  }
  if (score > start) {
    return Math.min(-Math.log10(1 - TAIL_FROM) - logTail(tail, score - start), MAX_SURPRISE);
  }
  return -Math.log10(1 - (TAIL_FROM * rankIn(body, score)) / BODY_STEPS);
}

/** The score that is exceeded in ordinary times with this probability. Inverse of {@link surpriseOf}. */
export function scoreAt({ body, tail }: Calibration, probability: number): number {
  if (probability < 1 - TAIL_FROM) {
    return (body[BODY_STEPS] as number) + excessOf(tail, probability / (1 - TAIL_FROM));
  }
  return quantileSorted(body, (1 - probability) / TAIL_FROM);
}

/** Position of the score among the ascending quantiles, with linear interpolation. */
function rankIn(body: readonly number[], score: number): number {
  let low = 0;
  let high = body.length - 1;
  if (score <= (body[0] as number)) {
    return 0;
  }
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((body[middle] as number) < score) {
      low = middle;
    } else {
      high = middle;
    }
  }
  const from = body[low] as number;
  const width = (body[high] as number) - from;
  return width > 0 ? low + (score - from) / width : high;
}
