import type { Scorer } from "../detector.ts";
import { type Arrays, arrayDetector, learntArray } from "./array-detector.ts";
import { fitHistoryShape, historyDistance } from "./history-distance.ts";

/** Distance to the mean of history in units of its covariance: the floor that nothing may fall below. */
export const mahalanobis = arrayDetector({
  name: "mahalanobis",
  description: "Mahalanobis distance to history's mean: plain, fast, hard to beat by much",
  format: 1,
  // F² numbers are kept and multiplied per point: beyond this a point takes longer than a millisecond.
  maxMetrics: 1000,
  fit: (train) => ({ ...fitHistoryShape(train) }),
  scorer: (learnt, metrics) => createScorer(learnt, metrics.length),
});

function createScorer(learnt: Arrays, size: number): Scorer {
  const mean = learntArray(learnt, "mean", size);
  const scale = learntArray(learnt, "scale", size);
  const precision = learntArray(learnt, "precision", size * size);
  const distance = historyDistance({ mean, scale, precision });
  const { z, product } = distance;
  const contributions = new Float64Array(size);
  const expected = new Float64Array(size);
  return {
    push: (row) => {
      const score = distance.of(row);
      for (let i = 0; i < size; i++) {
        const residual = (product[i] as number) / (precision[i * size + i] as number);
        contributions[i] = (z[i] as number) ** 2;
        expected[i] = (mean[i] as number) + ((z[i] as number) - residual) * (scale[i] as number);
      }
      return { score, contributions, expected };
    },
    state: () => null,
  };
}
