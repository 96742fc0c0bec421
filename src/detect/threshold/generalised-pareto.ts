/** Shape ξ ≥ 0 and scale σ of a generalised Pareto tail: P(X > x) = (1 + ξx/σ)^(−1/ξ), exponential for ξ = 0. */
export interface ParetoTail {
  readonly shape: number;
  readonly scale: number;
}

const MAX_SHAPE = 1;
/** As if this many excesses of an exponential tail had been seen besides: keeps a handful from deciding the shape. */
const PRIOR_WEIGHT = 10;
/** ξ/σ is looked for between these, in units of one over the mean excess. */
const LOWEST_RATIO = 1e-3;
const HIGHEST_RATIO = 1e4;
const STEPS = 22;
const ROUNDS = 20;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Maximum likelihood with a prior towards the exponential tail, in Grimshaw's way (Technometrics 35, 1993): for a given x = ξ/σ
 * the best shape follows from Σ log(1 + x·Y) alone, so that one number is left to search for. Tails that end (ξ < 0) are refused:
 * the next value may always be higher. Costs about forty passes over the excesses.
 * @param excesses amounts above the threshold, at least 0 · @param prior weight of the prior; 0 for plain maximum likelihood
 */
export function fitParetoTail(excesses: ArrayLike<number>, prior = PRIOR_WEIGHT): ParetoTail {
  const mean = meanOf(excesses);
  if (!(mean > 0)) {
    return { shape: 0, scale: Number.MIN_VALUE };
  }
  const exponential: Candidate = {
    tail: { shape: 0, scale: mean },
    likelihood: -excesses.length * (Math.log(mean) + 1),
  };
  const at = (log: number) => candidateAt(excesses, Math.exp(log) / mean, prior);
  const step = Math.log(HIGHEST_RATIO / LOWEST_RATIO) / STEPS;
  let best = exponential;
  let middle = Math.log(LOWEST_RATIO);
  for (let i = 0; i <= STEPS; i++) {
    const log = Math.log(LOWEST_RATIO) + i * step;
    const candidate = at(log);
    if (candidate.likelihood > best.likelihood) {
      best = candidate;
      middle = log;
    }
  }
  return best === exponential ? best.tail : better(best, climb(at, middle - step, middle + step)).tail;
}

interface Candidate {
  readonly tail: ParetoTail;
  readonly likelihood: number;
}

/** The best tail with ξ/σ = x: with a prior −Pξ the derivative by ξ is zero where Pξ² + Nξ − Σ log(1 + xY) = 0. */
function candidateAt(excesses: ArrayLike<number>, x: number, prior: number): Candidate {
  const count = excesses.length;
  let logs = 0;
  for (let i = 0; i < count; i++) {
    logs += Math.log1p(x * (excesses[i] as number));
  }
  const root = prior === 0 ? logs / count : (Math.sqrt(count * count + 4 * prior * logs) - count) / (2 * prior);
  const shape = Math.min(root, MAX_SHAPE);
  const scale = shape / x;
  return { tail: { shape, scale }, likelihood: -count * Math.log(scale) - (1 + 1 / shape) * logs - prior * shape };
}

/** Golden-section search for the highest likelihood between two logarithms of x. */
function climb(at: (log: number) => Candidate, from: number, to: number): Candidate {
  let [low, high] = [from, to];
  let [leftAt, rightAt] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [left, right] = [at(leftAt), at(rightAt)];
  for (let round = 0; round < ROUNDS; round++) {
    if (left.likelihood > right.likelihood) {
      [high, rightAt, right] = [rightAt, leftAt, left];
      leftAt = high - GOLDEN * (high - low);
      left = at(leftAt);
    } else {
      [low, leftAt, left] = [leftAt, rightAt, right];
      rightAt = low + GOLDEN * (high - low);
      right = at(rightAt);
    }
  }
  return better(left, right);
}

function better(left: Candidate, right: Candidate): Candidate {
  return right.likelihood > left.likelihood ? right : left;
}

function meanOf(excesses: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < excesses.length; i++) {
    sum += excesses[i] as number;
  }
  return excesses.length === 0 ? 0 : sum / excesses.length;
}

/** log10 of P(X > excess); 0 at and below 0. */
export function logTail({ shape, scale }: ParetoTail, excess: number): number {
  if (excess <= 0) {
    return 0;
  }
  const exponent = shape === 0 ? excess / scale : Math.log1p((shape * excess) / scale) / shape;
  return -exponent * Math.LOG10E;
}

/** The excess that is exceeded with this probability (0…1]. Inverse of {@link logTail}. */
export function excessOf({ shape, scale }: ParetoTail, probability: number): number {
  const exponent = -Math.log(probability);
  return shape === 0 ? exponent * scale : (Math.expm1(shape * exponent) / shape) * scale;
}
