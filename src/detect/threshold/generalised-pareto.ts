/** Shape ξ ≥ 0 and scale σ of a generalised Pareto tail: P(X > x) = (1 + ξx/σ)^(−1/ξ), exponential for ξ = 0. */
export interface ParetoTail {
  readonly shape: number;
  readonly scale: number;
}

const SHAPES = 41;
const MAX_SHAPE = 1;
/** As if this many excesses of an exponential tail had been seen besides: keeps a handful from deciding the shape. */
const PRIOR_WEIGHT = 10;

/**
 * Maximum likelihood on a grid of shapes 0…1, with a prior towards the exponential tail; for each shape the scale is found by
 * bisection of the likelihood's derivative. Tails that end (ξ < 0) are refused: the next value may always be higher.
 * @param excesses amounts above the threshold, at least 0
 */
export function fitParetoTail(excesses: ArrayLike<number>): ParetoTail {
  const count = excesses.length;
  let mean = 0;
  for (let i = 0; i < count; i++) {
    mean += (excesses[i] as number) / count;
  }
  if (count === 0 || !(mean > 0)) {
    return { shape: 0, scale: Number.MIN_VALUE };
  }
  let best: ParetoTail = { shape: 0, scale: mean };
  let bestLikelihood = Number.NEGATIVE_INFINITY;
  for (let step = 0; step < SHAPES; step++) {
    const shape = (MAX_SHAPE * step) / (SHAPES - 1);
    const scale = shape === 0 ? mean : scaleFor(excesses, shape, mean);
    const likelihood = logLikelihood(excesses, shape, scale) - PRIOR_WEIGHT * shape;
    if (likelihood > bestLikelihood) {
      bestLikelihood = likelihood;
      best = { shape, scale };
    }
  }
  return best;
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

/** Solves Σ (1+ξ)·x/(σ+ξx) = n for σ: the left side falls with σ. */
function scaleFor(excesses: ArrayLike<number>, shape: number, mean: number): number {
  let low = mean * 1e-6;
  let high = mean * (1 + shape);
  for (let round = 0; round < 40; round++) {
    const scale = (low + high) / 2;
    let sum = 0;
    for (let i = 0; i < excesses.length; i++) {
      const x = excesses[i] as number;
      sum += ((1 + shape) * x) / (scale + shape * x);
    }
    if (sum > excesses.length) {
      low = scale;
    } else {
      high = scale;
    }
  }
  return (low + high) / 2;
}

function logLikelihood(excesses: ArrayLike<number>, shape: number, scale: number): number {
  let sum = -excesses.length * Math.log(scale);
  for (let i = 0; i < excesses.length; i++) {
    const x = (excesses[i] as number) / scale;
    sum -= shape === 0 ? x : (1 + 1 / shape) * Math.log1p(shape * x);
  }
  return sum;
}
