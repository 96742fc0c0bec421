/** P(X ≥ k) for a Poisson variable of the given mean; 1 for k ≤ 0. */
export function poissonTail(k: number, mean: number): number {
  if (k <= 0) {
    return 1;
  }
  if (mean <= 0) {
    return 0;
  }
  let logFactorial = 0;
  for (let i = 2; i <= k; i++) {
    logFactorial += Math.log(i);
  }
  let term = Math.exp(k * Math.log(mean) - mean - logFactorial);
  let sum = 0;
  for (let i = k; i < k + 1000 && (term > sum * 1e-12 || i < mean); i++) {
    sum += term;
    term *= mean / (i + 1);
  }
  return Math.min(1, sum);
}
