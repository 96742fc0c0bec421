import { minimise } from "./lbfgs.ts";
import type { SparseVector } from "./vectorizer.ts";

/** Multinomial logistic regression. Plain data. */
export interface LogisticModel {
  readonly classes: readonly string[];
  /** Row per class: a weight per feature, then the intercept. */
  readonly weights: readonly Float64Array[];
}

export interface LogisticOptions {
  /** Inverse strength of the quadratic penalty; the intercept is not penalised. */
  readonly c: number;
  /** Weighs classes by 1 / their frequency, so that rare ones count as much. */
  readonly balanced: boolean;
}

/** Fits by L-BFGS: minimises c · Σ weighted cross-entropy + ½ |weights|². @param size number of features */
export function fitLogistic(
  vectors: readonly SparseVector[],
  labels: readonly string[],
  size: number,
  { c, balanced }: LogisticOptions,
): LogisticModel {
  const classes = [...new Set(labels)].sort();
  const width = size + 1;
  const targets = labels.map((label) => classes.indexOf(label));
  const counts = classes.map((name) => labels.filter((label) => label === name).length);
  const importance = targets.map((target) => (balanced ? labels.length / (classes.length * (counts[target] ?? 1)) : 1));
  const entries = vectors.map((vector) => [...vector]);
  const solution = minimise(
    (point, gradient) => {
      gradient.fill(0);
      let loss = 0;
      for (let row = 0; row < entries.length; row++) {
        const vector = entries[row] ?? [];
        const weight = c * (importance[row] ?? 1);
        const shares = softmax(classes.map((_, at) => linear(point, at * width, vector, size)));
        loss -= weight * Math.log(Math.max(shares[targets[row] ?? 0] ?? 0, 1e-300));
        for (let at = 0; at < classes.length; at++) {
          const error = weight * ((shares[at] ?? 0) - (at === targets[row] ? 1 : 0));
          for (const [feature, value] of vector) {
            gradient[at * width + feature] = (gradient[at * width + feature] ?? 0) + error * value;
          }
          gradient[at * width + size] = (gradient[at * width + size] ?? 0) + error;
        }
      }
      for (let at = 0; at < point.length; at++) {
        if (at % width !== size) {
          const value = point[at] ?? 0;
          loss += 0.5 * value * value;
          gradient[at] = (gradient[at] ?? 0) + value;
        }
      }
      return loss;
    },
    new Float64Array(classes.length * width),
  );
  return { classes, weights: classes.map((_, at) => solution.slice(at * width, (at + 1) * width)) };
}

/** Logits per class, in the order of `classes`. */
export function logits({ weights }: LogisticModel, vector: SparseVector): readonly number[] {
  const entries = [...vector];
  return weights.map((row) => linear(row, 0, entries, row.length - 1));
}

/** Shares that add up to 1; safe for large values. */
export function softmax(values: readonly number[]): readonly number[] {
  const most = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function linear(
  weights: Float64Array,
  offset: number,
  entries: readonly (readonly [number, number])[],
  size: number,
): number {
  let sum = weights[offset + size] ?? 0;
  for (const [feature, value] of entries) {
    sum += (weights[offset + feature] ?? 0) * value;
  }
  return sum;
}
