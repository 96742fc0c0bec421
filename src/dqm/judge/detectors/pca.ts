import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { shapeOf } from "../histogram.ts";
import type { ReferenceSet } from "../references.ts";
import { type Learnt, learntNumbers, type ShapeDetector } from "./detector.ts";

const COMPONENTS = 3;

/** √share per bin: on this scale counting noise is the same in every bin (Hellinger). */
export function rootShape(counts: ArrayLike<number>): Float64Array {
  const roots = shapeOf(counts);
  for (let bin = 0; bin < roots.length; bin++) {
    roots[bin] = Math.sqrt(roots[bin] as number);
  }
  return roots;
}

/** What the three main directions of good lumisections cannot explain of a shape: squared distance to their plane. */
export const pcaDetector: ShapeDetector = {
  name: "pca",
  description: "distance to the plane of the three main directions of good lumisections",
  learn: async (set) => learnDirections(set),
  open(learnt, { bins }) {
    const mean = learntNumbers(learnt, "mean", bins);
    const directions = learntNumbers(learnt, "directions");
    return { score: (counts) => residual(rootShape(counts), mean, directions) };
  },
};

function learnDirections({ bins, runs }: ReferenceSet): Learnt {
  const samples = runs.flatMap(({ sample }) =>
    sample.map((counts) => ({ root: rootShape(counts), weight: 1 / sample.length })),
  );
  const total = samples.reduce((sum, { weight }) => sum + weight, 0);
  const mean = new Float64Array(bins);
  for (const { root, weight } of samples) {
    root.forEach((value, bin) => {
      mean[bin] = (mean[bin] as number) + (value * weight) / total;
    });
  }
  const moments = Matrix.zeros(bins, bins);
  for (const { root, weight } of samples) {
    const off = root.map((value, bin) => value - (mean[bin] as number));
    for (let i = 0; i < bins; i++) {
      const scaled = ((off[i] as number) * weight) / total;
      for (let j = 0; j <= i; j++) {
        moments.set(i, j, moments.get(i, j) + scaled * (off[j] as number));
      }
    }
  }
  for (let i = 0; i < bins; i++) {
    for (let j = 0; j < i; j++) {
      moments.set(j, i, moments.get(i, j));
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(moments, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => (realEigenvalues[b] ?? 0) - (realEigenvalues[a] ?? 0));
  const directions = order.slice(0, Math.min(COMPONENTS, bins)).flatMap((index) => eigenvectorMatrix.getColumn(index));
  return { mean: [...mean], directions };
}

function residual(root: Float64Array, mean: Float64Array, directions: Float64Array): number {
  const bins = root.length;
  let left = 0;
  const off = new Float64Array(bins);
  for (let bin = 0; bin < bins; bin++) {
    const value = (root[bin] as number) - (mean[bin] as number);
    off[bin] = value;
    left += value * value;
  }
  for (let from = 0; from < directions.length; from += bins) {
    let along = 0;
    for (let bin = 0; bin < bins; bin++) {
      along += (off[bin] as number) * (directions[from + bin] as number);
    }
    left -= along * along;
  }
  return Math.max(left, 0);
}
