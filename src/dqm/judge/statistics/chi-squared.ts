import { totalOf } from "../histogram.ts";
import { upperGamma } from "./gamma.ts";

export interface ChiSquared {
  readonly statistic: number;
  /** Bins that either histogram has content in, less one: both were scaled to their own total. */
  readonly degrees: number;
  /** Probability of so high a statistic when both have the same shape. */
  readonly probability: number;
}

/**
 * Homogeneity of two unweighted histograms whatever their totals: X² = Σ (M·n − N·m)² / (n + m) / (N·M), N and M the totals
 * (Cramér 1946; Gagunashvili, arXiv:physics/0605123, eq. 4; the same as ROOT's Chi2Test "UU").
 * Of an empty histogram nothing can be said: 0 with no degree of freedom, probability 1.
 * @throws Error when the two have another number of bins
 */
export function chiSquared(seen: ArrayLike<number>, reference: ArrayLike<number>): ChiSquared {
  sameBins(seen, reference);
  const n = totalOf(seen);
  const m = totalOf(reference);
  if (!(n > 0) || !(m > 0)) {
    return { statistic: 0, degrees: 0, probability: 1 };
  }
  let sum = 0;
  let used = 0;
  for (let bin = 0; bin < seen.length; bin++) {
    const a = seen[bin] as number;
    const b = reference[bin] as number;
    if (a + b > 0) {
      sum += (m * a - n * b) ** 2 / (a + b);
      used++;
    }
  }
  const statistic = sum / (n * m);
  const degrees = used - 1;
  return { statistic, degrees, probability: chiSquaredTail(statistic, degrees) };
}

/** Probability that a χ² variable of so many degrees of freedom exceeds x. */
export function chiSquaredTail(x: number, degrees: number): number {
  return degrees < 1 ? 1 : upperGamma(degrees / 2, Math.max(x, 0) / 2);
}

/** @throws Error when the two have another number of bins */
export function sameBins(a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length) {
    throw new Error(`${a.length} bins beside ${b.length}: only histograms of the same binning can be compared`);
  }
}
