import { quantileSorted, sortedFinite } from "../math/statistics.ts";
import { excessOf, fitParetoTail, logTail, type ParetoTail } from "./generalised-pareto.ts";

/** Distribution of the scores of ordinary times: ranks below the 98th percentile, a fitted tail above it. JSON-serialisable. */
export interface Calibration {
  /** Quantiles at equal steps of probability from 0 to {@link TAIL_FROM}. */
  readonly body: readonly number[];
  readonly tail: ParetoTail;
  /** Share of ordinary scores in the tail. */
  readonly tailShare: number;
  /** Excesses over the tail's start, at most {@link MOST_PEAKS} that stand for all: what SPOT goes on from. */
  readonly peaks: readonly number[];
  readonly rows: number;
}

/** Where ranks end and the tail begins. */
export const TAIL_FROM = 0.98;
/** Excesses that are remembered. */
export const MOST_PEAKS = 200;
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
  return {
    body,
    tail: fitTail(excesses, start),
    tailShare: 1 - TAIL_FROM,
    peaks: thinned(excesses),
    rows: sorted.length,
  };
}

/** The tail of these excesses over `start`. Scores that are all alike would make any change infinitely surprising: its scale has a floor. */
export function fitTail(excesses: ArrayLike<number>, start: number): ParetoTail {
  const { shape, scale } = fitParetoTail(excesses);
  return { shape, scale: Math.max(scale, Math.abs(start) * 0.01, 1e-9) };
}

/** Where the tail begins. */
export function tailStart({ body }: Calibration): number {
  return body[BODY_STEPS] as number;
}

/** Odd and no divisor of {@link MOST_PEAKS}: strides through all of them, high and low in turn. */
const STRIDE = 77;

/** Of many ascending excesses a sample with the same spread, in an order that can be forgotten from its front without a bias. */
function thinned(ascending: ArrayLike<number>): readonly number[] {
  const count = Math.min(ascending.length, MOST_PEAKS);
  const sample = Array.from({ length: count }, (_, i) => {
    const middle = ascending[Math.floor(((i + 0.5) * ascending.length) / count)] as number;
    return Number(middle.toPrecision(6));
  });
  return count < MOST_PEAKS ? sample : sample.map((_, i) => sample[(i * STRIDE) % count] as number);
}

/** −log10 of the probability of so high a score in ordinary times: 0 for the lowest, at most 300. Not finite scores give NaN. */
export function surpriseOf(calibration: Calibration, score: number): number {
  const { body, tail, tailShare } = calibration;
  const start = tailStart(calibration);
  if (Number.isNaN(score)) {
    return Number.NaN;
  }
  if (score > start) {
    return Math.min(-Math.log10(tailShare) - logTail(tail, score - start), MAX_SURPRISE);
  }
  return -Math.log10(1 - ((1 - tailShare) * rankIn(body, score)) / BODY_STEPS);
}

/** The score that is exceeded in ordinary times with this probability. Inverse of {@link surpriseOf}. */
export function scoreAt(calibration: Calibration, probability: number): number {
  const { body, tail, tailShare } = calibration;
  if (probability < tailShare) {
    return tailStart(calibration) + excessOf(tail, probability / tailShare);
  }
  return quantileSorted(body, (1 - probability) / (1 - tailShare));
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
