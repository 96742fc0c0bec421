import { median } from "./median.ts";

/** Lumisections to each side that a lumisection is seen together with. */
export const NEIGHBOURS = 5;
/** Weight of the neighbours; the rest is its own. */
export const NEIGHBOUR_WEIGHT = 0.5;

/**
 * Scores of one run's lumisections with part of their neighbours' in them: trouble lasts, and one odd lumisection among good ones
 * counts less. On a logarithmic scale, own score × (1 − weight) + median of those up to `reach` lumisections away × weight.
 * @param lumis ascending lumisection numbers; gaps are gaps: only real neighbours count
 * @param scores above 0, NaN where there is none; it stays NaN
 */
export function withNeighbours(
  lumis: readonly number[],
  scores: ArrayLike<number>,
  reach: number = NEIGHBOURS,
  weight: number = NEIGHBOUR_WEIGHT,
): Float64Array {
  const result = new Float64Array(lumis.length).fill(Number.NaN);
  let from = 0;
  let to = 0;
  for (const [at, lumi] of lumis.entries()) {
    while ((lumis[from] as number) < lumi - reach) {
      from++;
    }
    while (to < lumis.length && (lumis[to] as number) <= lumi + reach) {
      to++;
    }
    const own = Math.log(scores[at] as number);
    const around = [];
    for (let i = from; i < to; i++) {
      const score = scores[i] as number;
      if (!Number.isNaN(score)) {
        around.push(Math.log(score));
      }
    }
    result[at] = Math.exp((1 - weight) * own + weight * median(around));
  }
  return result;
}
