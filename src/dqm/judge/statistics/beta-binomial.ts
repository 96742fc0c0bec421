import { logBeta, logGamma } from "./gamma.ts";

/** The beta distribution of a bin's true share. */
export interface Beta {
  readonly a: number;
  readonly b: number;
}

/**
 * What is known of a bin's share in another lumisection after `count` of `total` entries fell into it in a reference:
 * Beta(count + 1, total − count + 1) under a flat prior, widened by the relative spread (standard deviation over mean)
 * that ordinary runs have between each other.
 */
export function shareAfter(count: number, total: number, spread: number): Beta {
  const mean = (count + 1) / (total + 2);
  const variance = (mean * (1 - mean)) / (total + 3) + (spread * mean) ** 2;
  // A beta distribution cannot be wider than two points at 0 and 1; the floor keeps it a hill or a half hill.
  const weight = Math.max((mean * (1 - mean)) / variance - 1, 1e-3);
  return { a: mean * weight, b: (1 - mean) * weight };
}

/** ln P(k of n) of the beta-binomial distribution; k may be a fraction (weighted histograms). */
export function logBetaBinomial(k: number, n: number, { a, b }: Beta): number {
  const choose = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  return choose + logBeta(k + a, n - k + b) - logBeta(a, b);
}

/**
 * The most probable k; an edge where the distribution falls from there. From P(k+1)/P(k) = (n − k)(k + a) / ((k + 1)(n − k − 1 + b)) ≥ 1
 * ⇔ k ≤ (n(a − 1) − b + 1)/(a + b − 2).
 */
export function betaBinomialMode(n: number, { a, b }: Beta): number {
  if (a <= 1 && b <= 1) {
    return a >= b ? n : 0;
  }
  if (a <= 1) {
    return 0;
  }
  if (b <= 1) {
    return n;
  }
  return Math.min(Math.max(Math.floor((n * (a - 1) - b + 1) / (a + b - 2)) + 1, 0), n);
}

/** ln of P(k of n) relative to the most probable k; 0 at most. What does not depend on k cancels and is not computed. */
export function logRelativeProbability(k: number, n: number, share: Beta): number {
  return Math.min(logWays(k, n) + logOdds(k, n, share) - logPeak(n, share), 0);
}

/** What {@link logRelativeProbability} compares with, of one n and share. */
export function logPeak(n: number, share: Beta): number {
  const mode = betaBinomialMode(n, share);
  return logWays(mode, n) + logOdds(mode, n, share);
}

/** The part of ln P(k of n) that depends on k but not on the share. */
export function logWays(k: number, n: number): number {
  return -logGamma(k + 1) - logGamma(n - k + 1);
}

/** The part of ln P(k of n) that depends on k and the share. */
export function logOdds(k: number, n: number, { a, b }: Beta): number {
  return logGamma(k + a) + logGamma(n - k + b);
}
