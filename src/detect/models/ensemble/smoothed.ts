/** Half-lives, in rows, of the causal averages of a member's score; 0 is the score itself. */
const HALF_LIVES = [0, 2, 12, 40];
const RATES = HALF_LIVES.map((rows) => (rows === 0 ? 1 : 1 - 0.5 ** (1 / rows)));

/** A single score counts at most this many times the usual: a spike, however high, is over when it is over. */
const CAP = 20;

/** A member's score as its averages take it. */
export function capped(score: number, usual: number): number {
  return Math.min(score, CAP * usual);
}

/** Numbers kept per member. */
export const SCALES = HALF_LIVES.length;
/** How many of them, shortest first, tell of the present. */
export const SHORT_SCALES = 2;

/** In what tells whether an event is over a score counts so much at most: what was far over is ordinary again in a row or two. */
const SHORT_CAP = 4;

/** The average that tells whether an event is over, after one more score in units of the usual; NaN before the first. */
export function followShort(average: number, score: number): number {
  const now = Math.min(score, SHORT_CAP);
  return Number.isNaN(average) ? now : average + (RATES[SHORT_SCALES - 1] as number) * (now - average);
}

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

/**
 * A power mean with exponent 1.5, between the mean, which one view that shouts hardly moves, and the root mean square, where the
 * others no longer count.
 */
export const raised = (ratio: number) => ratio * Math.sqrt(ratio);

/** Inverse of {@link raised}. */
export const lowered = (power: number) => Math.cbrt(power * power);

/**
 * The mean of a member's first `count` averages, each in units of what is usual for it and {@link raised}.
 * @param averages SCALES per member, 0 or more, from `at` on · @param usual of the same shape, above 0
 */
export function combined(averages: Float64Array, usual: Float64Array, at: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) {
    sum += raised((averages[at + k] as number) / (usual[at + k] as number));
  }
  return sum / count;
}
