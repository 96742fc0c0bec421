/** Half-lives, in rows, of the causal averages of a member's score, with their weights; 0 is the score itself. */
const HALF_LIVES = [0, 2, 12, 40];
const WEIGHTS = [2, 1, 1, 1];
const RATES = HALF_LIVES.map((rows) => (rows === 0 ? 1 : 1 - 0.5 ** (1 / rows)));
const WEIGHT_SUM = WEIGHTS.reduce((sum, weight) => sum + weight, 0);

/** A single score counts at most this many times the usual: a spike, however high, is over when it is over. */
const CAP = 20;

/** A member's score as its averages take it. */
export function capped(score: number, usual: number): number {
  return Math.min(score, CAP * usual);
}

/** Numbers kept per member. */
export const SCALES = HALF_LIVES.length;

/**
 * Updates the averages of one member's score from `at` on.
 * @param averages SCALES per member; NaN before the first row
 */
export function smooth(averages: Float64Array, at: number, score: number): void {
  for (let k = 0; k < SCALES; k++) {
    const before = averages[at + k] as number;
    averages[at + k] = Number.isNaN(before) ? score : before + (RATES[k] as number) * (score - before);
  }
}

/** The weighted mean of a member's averages, each in units of what is usual for it. */
export function combined(averages: Float64Array, usual: Float64Array, at: number): number {
  let sum = 0;
  for (let k = 0; k < SCALES; k++) {
    sum += ((WEIGHTS[k] as number) * (averages[at + k] as number)) / (usual[at + k] as number);
  }
  return sum / WEIGHT_SUM;
}
