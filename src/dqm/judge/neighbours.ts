import { median } from "./median.ts";

/** Which other lumisections a lumisection is seen together with. */
export interface Neighbourhood {
  /** Lumisections before and after it, at most. */
  readonly before: number;
  readonly after: number;
  /** Weight of them together, itself included; the rest is its own. */
  readonly weight: number;
}

/** Those to both sides: what a run is certified by, when it is over. */
export const AROUND: Neighbourhood = { before: 5, after: 5, weight: 0.5 };
/** Only those before it: a verdict is final as soon as it is given. */
export const BEFORE: Neighbourhood = { before: 10, after: 0, weight: 0.5 };
export const ALONE: Neighbourhood = { before: 0, after: 0, weight: 0 };

/**
 * Scores of one run's lumisections with part of their neighbours' in them: trouble lasts, and one odd lumisection among good ones
 * counts less. On a logarithmic scale, own score × (1 − weight) + median of those in reach × weight.
 * @param lumis ascending lumisection numbers; gaps are gaps: only real neighbours count
 * @param scores above 0, NaN where there is none; it stays NaN
 */
export function withNeighbours(
  lumis: readonly number[],
  scores: ArrayLike<number>,
  { before, after, weight }: Neighbourhood = AROUND,
): Float64Array {
  const result = new Float64Array(lumis.length).fill(Number.NaN);
  let from = 0;
  let to = 0;
  for (const [at, lumi] of lumis.entries()) {
    while ((lumis[from] as number) < lumi - before) {
      from++;
    }
    while (to < lumis.length && (lumis[to] as number) <= lumi + after) {
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
