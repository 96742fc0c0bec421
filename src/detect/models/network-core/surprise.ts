import { quantileSorted, sortedFinite } from "../../math/statistics.ts";
import { cholesky } from "../../math/symmetric.ts";
import { secondMoments } from "../covariance.ts";
import { followShort, SHORT_SCALES } from "../ensemble/smoothed.ts";

/** What turns residuals into scores: learnt from the residuals of the training rows. */
export interface Surprise {
  /** Lower triangular factor of the residuals' shrunk covariance, row-major F × F. */
  readonly factor: readonly number[];
  /** Variance of each metric's residual. */
  readonly variance: readonly number[];
  /** What each smoothed distance stays below in 90 % of the training rows. */
  readonly usual: readonly number[];
}

/** The smoothed distances, then the short average of capped ones, -1 before the first row; JSON-serialisable. */
export type SurpriseState = readonly number[];

/** Half-lives, in rows, of the causal averages of the distance; 0 is the distance itself. */
const HALF_LIVES = [0, 2, 12, 40];
const RATES = HALF_LIVES.map((rows) => (rows === 0 ? 1 : 1 - 0.5 ** (1 / rows)));
/** Share of the diagonal mixed into the covariance, so that few rows or tied metrics still give a stable inverse. */
const SHRINKAGE = 0.03;
/**
 * Smallest variance of a residual, in squared spreads of its metric: a network that copies a quiet metric almost exactly
 * would else cry at its smallest change.
 */
const SMALLEST_VARIANCE = 0.03;

/** A single distance counts at most this many times the usual in the averages: what is over, however large it was, is soon over. */
const CAP = 20;

/** |L⁻¹r| / √F: the Mahalanobis distance, on the scale of one metric's standard deviation. */
export function distance(factor: ArrayLike<number>, residual: Float64Array, scratch: Float64Array): number {
  const size = residual.length;
  let total = 0;
  for (let row = 0; row < size; row++) {
    let sum = residual[row] as number;
    for (let k = 0; k < row; k++) {
      sum -= (factor[row * size + k] as number) * (scratch[k] as number);
    }
    const whitened = sum / (factor[row * size + row] as number);
    scratch[row] = whitened;
    total += whitened * whitened;
  }
  return Math.sqrt(total / size);
}

/** Covariance around zero, shrunk towards its diagonal; outliers count in full, or rare but ordinary bursts would alarm. */
function covarianceOf(residuals: Float64Array, size: number): { covariance: Float64Array; variance: number[] } {
  const covariance = secondMoments(residuals, size);
  const variance = Array.from({ length: size }, (_, i) =>
    Math.max(covariance[i * size + i] as number, SMALLEST_VARIANCE),
  );
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const at = i * size + j;
      covariance[at] = i === j ? (variance[i] as number) : (covariance[at] as number) * (1 - SHRINKAGE);
    }
  }
  return { covariance, variance };
}

/** Factor of the covariance; where rounding spoils it, that of its diagonal. */
function factorOf(covariance: Float64Array, variance: readonly number[]): Float64Array {
  const size = variance.length;
  const diagonal = new Float64Array(size * size);
  for (const [i, value] of variance.entries()) {
    diagonal[i * size + i] = Math.sqrt(value);
  }
  return cholesky(covariance, size) ?? diagonal;
}

/** Learns from residuals [rows, F] of consecutive training rows. */
export function fitSurprise(residuals: Float64Array, size: number): Surprise {
  const { covariance, variance } = covarianceOf(residuals, size);
  const factor = factorOf(covariance, variance);
  const rows = residuals.length / size;
  const smoothed = RATES.map(() => new Float64Array(rows));
  const averages = new Float64Array(RATES.length);
  const scratch = new Float64Array(size);
  for (let row = 0; row < rows; row++) {
    const d = distance(factor, residuals.subarray(row * size, (row + 1) * size), scratch);
    for (const [k, rate] of RATES.entries()) {
      averages[k] = row === 0 ? d : (averages[k] as number) + rate * (d - (averages[k] as number));
      (smoothed[k] as Float64Array)[row] = averages[k] as number;
    }
  }
  const usual = smoothed.map((series) => Math.max(quantileSorted(sortedFinite(series), 0.9), 1e-6));
  return { factor: [...factor], variance, usual };
}

/** What is said of a row's residuals, in units of the usual. */
interface SurpriseScores {
  /** Averages over all time scales. */
  readonly score: number;
  /** Averages over the last rows alone. */
  readonly short: number;
  /** The same, each distance capped so low that what was far over is ordinary again in a row or two. */
  readonly present: number;
  /** The row's own distance. */
  readonly row: number;
}

/** Scores residuals one row after the other. */
export interface SurpriseScorer {
  /** @param residual [F]; 0 where a value is missing. */
  push(residual: Float64Array): SurpriseScores;
  state(): SurpriseState;
}

export function surpriseScorer(surprise: Surprise, from?: SurpriseState): SurpriseScorer {
  const factor = Float64Array.from(surprise.factor);
  const averages = Float64Array.from(surprise.usual, (_, k) => from?.[k] ?? -1);
  const known = from?.[RATES.length] ?? -1;
  let shortAverage = known < 0 ? Number.NaN : known;
  const scratch = new Float64Array(surprise.variance.length);
  return {
    push(residual) {
      const d = distance(factor, residual, scratch);
      let score = 0;
      const capped = Math.min(d, CAP * (surprise.usual[0] as number));
      for (const [k, rate] of RATES.entries()) {
        const before = averages[k] as number;
        averages[k] = before < 0 ? Math.min(d, surprise.usual[k] as number) : before + rate * (capped - before);
        score += (averages[k] as number) / (surprise.usual[k] as number);
      }
      const row = d / (surprise.usual[0] as number);
      shortAverage = followShort(shortAverage, row);
      return {
        score: score / RATES.length,
        short:
          ((averages[0] as number) / (surprise.usual[0] as number) +
            (averages[1] as number) / (surprise.usual[1] as number)) /
          SHORT_SCALES,
        present: (row + shortAverage) / SHORT_SCALES,
        row,
      };
    },
    state: () => [...averages, Number.isNaN(shortAverage) ? -1 : shortAverage],
  };
}
