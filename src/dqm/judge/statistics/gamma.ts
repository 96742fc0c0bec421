// Coefficients of Lanczos' approximation with g = 7, n = 9 (Godfrey 2001), exact to about 1e-15.
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
/** From here on Stirling's series with four terms is exact to 1e-15, and faster. */
const STIRLING_FROM = 20;
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
const MAX_STEPS = 10_000;
const PRECISE = 1e-15;
const TINY = 1e-300;

/** ln Γ(x) for x > 0; NaN otherwise. */
export function logGamma(x: number): number {
  if (!(x > 0)) {
    return Number.NaN;
  }
  if (x >= STIRLING_FROM) {
    const square = x * x;
    const series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / square) / square) / square) / x;
    return (x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI + series;
  }
  if (x < 0.5) {
    return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  }
  const t = x - 1;
  let sum = LANCZOS[0] as number;
  for (let i = 1; i < LANCZOS.length; i++) {
    sum += (LANCZOS[i] as number) / (t + i);
  }
  const base = t + 7.5;
  return HALF_LOG_TWO_PI + (t + 0.5) * Math.log(base) - base + Math.log(sum);
}

/** ln B(a, b). */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/**
 * Upper regularised incomplete gamma function Q(a, x), a > 0, x ≥ 0: a series below a + 1, a continued fraction (Lentz) above
 * (Abramowitz and Stegun 6.5.29 and 6.5.31).
 */
export function upperGamma(a: number, x: number): number {
  if (!(a > 0) || !(x >= 0)) {
    return Number.NaN;
  }
  if (x === 0) {
    return 1;
  }
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - front * lowerSeries(a, x) : front * upperFraction(a, x);
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MAX_STEPS && term > sum * PRECISE; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < MAX_STEPS; n++) {
    const factor = -n * (n - a);
    b += 2;
    d = 1 / away(factor * d + b);
    c = away(b + factor / c);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < PRECISE) {
      break;
    }
  }
  return h;
}

function away(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
