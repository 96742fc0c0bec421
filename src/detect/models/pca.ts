import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Scorer } from "../detector.ts";
import { type Arrays, arrayDetector, learntArray } from "./array-detector.ts";
import { secondMoments, standardise } from "./covariance.ts";
import { fitScaler } from "./scaler.ts";

const CLIP = 50;
/** Components are kept until they explain this share of the variance. */
const EXPLAINED = 0.9;
/** No direction is steadier than this share of a metric's variance. */
const REST_FLOOR = 0.01;

/** Probabilistic PCA: distance along the main directions of history, in units of each, and to the plane they span. */
export const pca = arrayDetector({
  name: "pca",
  description: "distance along and off the main directions of history",
  format: 1,
  maxMetrics: 500,
  fit: (train) => {
    const scaler = fitScaler(train);
    const size = train.metrics.length;
    const moments = secondMoments(standardise(train, scaler, CLIP), size);
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
      Matrix.from1DArray(size, size, moments),
      { assumeSymmetric: true },
    );
    return { ...scaler, ...mainDirections(realEigenvalues, eigenvectorMatrix) };
  },
  scorer: (learnt, metrics) => createScorer(learnt, metrics.length),
});

/** The directions that explain most, the variance along each, and the mean variance of the rest. */
function mainDirections(eigenvalues: readonly number[], vectors: Matrix): Arrays {
  const size = eigenvalues.length;
  const order = eigenvalues.map((_, i) => i).sort((a, b) => (eigenvalues[b] ?? 0) - (eigenvalues[a] ?? 0));
  const total = eigenvalues.reduce((sum, value) => sum + Math.max(value, 0), 0);
  const components: number[] = [];
  const variances: number[] = [];
  let explained = 0;
  for (let at = 0; at < size && explained < EXPLAINED * total; at++) {
    const index = order[at] as number;
    const variance = Math.max(eigenvalues[index] ?? 0, 0);
    explained += variance;
    variances.push(Math.max(variance, REST_FLOOR));
    components.push(...vectors.getColumn(index));
  }
  const rest = Math.max((total - explained) / Math.max(size - variances.length, 1), REST_FLOOR);
  return {
    components: Float64Array.from(components),
    variances: Float64Array.from(variances),
    rest: Float64Array.of(rest),
  };
}

function createScorer(learnt: Arrays, size: number): Scorer {
  const mean = learntArray(learnt, "mean", size);
  const scale = learntArray(learnt, "scale", size);
  const variances = learntArray(learnt, "variances");
  const components = learntArray(learnt, "components", size * variances.length);
  const [rest = 1] = learntArray(learnt, "rest", 1);
  const z = new Float64Array(size);
  const fitted = new Float64Array(size);
  const pulled = new Float64Array(size);
  const contributions = new Float64Array(size);
  const expected = new Float64Array(size);
  return {
    push: (row) => {
      for (let i = 0; i < size; i++) {
        const value = ((row[i] as number) - (mean[i] as number)) / (scale[i] as number);
        z[i] = Number.isFinite(value) ? value : 0;
      }
      project(z, components, variances, fitted, pulled);
      let sum = 0;
      for (let i = 0; i < size; i++) {
        const residual = (z[i] as number) - (fitted[i] as number);
        const amount = (residual * residual) / rest + (pulled[i] as number) * (z[i] as number);
        sum += amount;
        contributions[i] = Math.max(amount, 0);
        expected[i] = (mean[i] as number) + (fitted[i] as number) * (scale[i] as number);
      }
      return { score: Math.sqrt(Math.max(sum, 0) / size), contributions, expected };
    },
    state: () => null,
  };
}

/**
 * Projection of `z` on orthonormal components (each as long as `z`, one after the other), written to `fitted`; and the same with
 * each component divided by its variance, written to `pulled`.
 */
function project(
  z: Float64Array,
  components: Float64Array,
  variances: Float64Array,
  fitted: Float64Array,
  pulled: Float64Array,
): void {
  const size = z.length;
  fitted.fill(0);
  pulled.fill(0);
  for (let k = 0; k < variances.length; k++) {
    let along = 0;
    for (let i = 0; i < size; i++) {
      along += (components[k * size + i] as number) * (z[i] as number);
    }
    for (let i = 0; i < size; i++) {
      const step = along * (components[k * size + i] as number);
      fitted[i] = (fitted[i] as number) + step;
      pulled[i] = (pulled[i] as number) + step / (variances[k] as number);
    }
  }
}
