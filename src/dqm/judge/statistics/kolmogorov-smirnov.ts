import { totalOf } from "../histogram.ts";
import { sameBins } from "./chi-squared.ts";

const MAX_TERMS = 100;
/** Below this the alternating series no longer converges; the probability is 1 to 15 digits. */
const SMALL = 0.2;

export interface KolmogorovSmirnov {
  /** Largest distance of the two cumulative distributions, 0 to 1. */
  readonly distance: number;
  /** Probability of so large a distance; for binned data it is too high (conservative), as bins hide distances. */
  readonly probability: number;
}

/**
 * Two-sample Kolmogorov–Smirnov test on binned data. Each is scaled to its own total, so only the shapes are compared.
 * Of an empty histogram nothing can be said: distance 0, probability 1.
 * @throws Error when the two have another number of bins
 */
export function kolmogorovSmirnov(seen: ArrayLike<number>, reference: ArrayLike<number>): KolmogorovSmirnov {
  sameBins(seen, reference);
  const n = totalOf(seen);
  const m = totalOf(reference);
  if (!(n > 0) || !(m > 0)) {
    return { distance: 0, probability: 1 };
  }
  let apart = 0;
  let distance = 0;
  for (let bin = 0; bin < seen.length; bin++) {
    apart += (seen[bin] as number) / n - (reference[bin] as number) / m;
    distance = Math.max(distance, Math.abs(apart));
  }
  return { distance, probability: kolmogorovTail(distance * Math.sqrt((n * m) / (n + m))) };
}

/** Kolmogorov's limiting distribution: Q(λ) = 2 Σ (−1)^{j−1} e^{−2 j² λ²}. */
export function kolmogorovTail(lambda: number): number {
  if (lambda < SMALL) {
    return 1;
  }
  let sum = 0;
  for (let j = 1; j <= MAX_TERMS; j++) {
    const term = Math.exp(-2 * j * j * lambda * lambda);
    sum += j % 2 === 1 ? term : -term;
    if (term < 1e-18) {
      break;
    }
  }
  return Math.min(Math.max(2 * sum, 0), 1);
}
