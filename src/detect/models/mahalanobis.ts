import type { Detector, FitOptions, Model, SavedModel, Scorer } from "../detector.ts";
import { checkMetrics, type Frame } from "../frame.ts";
import { expectFormat, packArrays, unpackArrays } from "../saved-model.ts";
import { quadraticForm, secondMoments, shrunkInverse, standardise } from "./covariance.ts";
import { fitScaler, type Scaler } from "./scaler.ts";

const NAME = "mahalanobis";
const FORMAT = 1;
const SHRINKAGE = 1e-3;
/** F² numbers are kept and multiplied per point: beyond this a point takes longer than a millisecond. */
const MAX_METRICS = 1000;
const NO_CLIP = 1e6;

/** Distance to the mean of history in units of its covariance: the floor that nothing may fall below. */
export const mahalanobis: Detector = {
  name: NAME,
  description: "Mahalanobis distance to history's mean: plain, fast, hard to beat by much",
  fit: async (train: Frame, _options: FitOptions) => {
    checkMetrics(train, MAX_METRICS, NAME);
    const scaler = fitScaler(train);
    const size = train.metrics.length;
    const moments = secondMoments(standardise(train, scaler, NO_CLIP), size);
    return createModel(train.metrics, scaler, shrunkInverse(moments, size, SHRINKAGE));
  },
  load: async (saved: SavedModel) => {
    expectFormat(saved, NAME, FORMAT);
    const size = saved.metrics.length;
    const take = unpackArrays(saved.header["lengths"], saved.weights);
    const scaler = { mean: take("mean", size), scale: take("scale", size) };
    return createModel(saved.metrics, scaler, take("precision", size * size));
  },
};

function createModel(metrics: readonly string[], scaler: Scaler, precision: Float64Array): Model {
  return {
    detector: NAME,
    metrics,
    scorer: () => createScorer(scaler, precision),
    save: () => {
      const { lengths, weights } = packArrays({ ...scaler, precision });
      return { format: FORMAT, detector: NAME, metrics, header: { lengths }, weights };
    },
    dispose: () => {},
  };
}

function createScorer({ mean, scale }: Scaler, precision: Float64Array): Scorer {
  const size = mean.length;
  const z = new Float64Array(size);
  const product = new Float64Array(size);
  const contributions = new Float64Array(size);
  const expected = new Float64Array(size);
  return {
    push: (row) => {
      for (let i = 0; i < size; i++) {
        const value = ((row[i] as number) - (mean[i] as number)) / (scale[i] as number);
        z[i] = Number.isFinite(value) ? value : 0;
      }
      const score = Math.sqrt(quadraticForm(z, precision, product) / size);
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
