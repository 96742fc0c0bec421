/** How often a remedy was said to help and not to, in one context and in all others. Counts may be fractions. */
export interface Answers {
  readonly helped: number;
  readonly failed: number;
}

export const NO_ANSWERS: Answers = { helped: 0, failed: 0 };

/** A remedy as the bandit sees it. */
export interface Arm {
  readonly id: string;
  /** Place in the runbook, from 0: the author's belief is the prior. */
  readonly place: number;
  /** Answers for this very context, e.g. the runbook for this service. */
  readonly here: Answers;
  /** Answers for the same remedy in other contexts. */
  readonly elsewhere: Answers;
}

/** An arm with its rank's ground. */
export interface RankedArm extends Arm {
  /** Mean and standard deviation of the belief that it helps. */
  readonly mean: number;
  readonly deviation: number;
  /** What it was ranked by: the mean, or a draw around it. */
  readonly score: number;
}

export interface BanditOptions {
  /** Uniform numbers in [0, 1). */
  readonly random: () => number;
  /**
   * Thompson sampling from a belief this many times sharper than the true one; infinity ranks by the mean. With few answers
   * (a dozen a context, most missing) plain sampling, 1, explores for longer than anybody waits.
   */
  readonly sharpness: number;
}

/** Beta priors by place: the first remedy of a runbook helps in half of the cases, the fifth in under a third. Weight: 3 answers. */
const PRIORS = [
  [1.5, 1.5],
  [1.26, 1.74],
  [1.08, 1.92],
  [0.96, 2.04],
  [0.9, 2.1],
] as const;
const LAST_PRIOR = [0.9, 2.1] as const;
/** What an answer in another context counts. */
const ELSEWHERE = 0.3;

/** Ranks remedies, best first: a Beta belief per remedy and context, and Thompson sampling. Cold start is the runbook's order. */
export function rankArms(arms: readonly Arm[], { random, sharpness }: BanditOptions): readonly RankedArm[] {
  return arms
    .map((arm) => {
      const [priorHelped, priorFailed] = PRIORS[arm.place] ?? LAST_PRIOR;
      const alpha = priorHelped + arm.here.helped + ELSEWHERE * arm.elsewhere.helped;
      const beta = priorFailed + arm.here.failed + ELSEWHERE * arm.elsewhere.failed;
      const sum = alpha + beta;
      const mean = alpha / sum;
      const deviation = Math.sqrt((alpha * beta) / (sum * sum * (sum + 1)));
      const score = Number.isFinite(sharpness) ? sampleBeta(alpha * sharpness, beta * sharpness, random) : mean;
      return { ...arm, mean, deviation, score };
    })
    .sort((left, right) => right.score - left.score || left.place - right.place);
}

/** A draw from Beta(a, b), by two Gamma draws. @param a, b positive */
export function sampleBeta(a: number, b: number, random: () => number): number {
  const x = sampleGamma(a, random);
  const y = sampleGamma(b, random);
  return x + y === 0 ? a / (a + b) : x / (x + y);
}

/** Source: Marsaglia and Tsang, A simple method for generating gamma variables (2000); below shape 1 by the boost U^(1/a). */
function sampleGamma(shape: number, random: () => number): number {
  if (shape < 1) {
    return sampleGamma(shape + 1, random) * positive(random) ** (1 / shape);
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (let guard = 0; guard < 1000; guard++) {
    const x = sampleNormal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(positive(random)) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
      return d * v;
    }
  }
  return d;
}

/** Box and Muller. */
function sampleNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(positive(random))) * Math.cos(2 * Math.PI * random());
}

function positive(random: () => number): number {
  return Math.max(random(), Number.MIN_VALUE);
}
