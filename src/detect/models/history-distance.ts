import type { Frame } from "../frame.ts";
import { quadraticForm, secondMoments, shrunkInverse, standardise } from "./covariance.ts";
import { fitScaler } from "./scaler.ts";

/** Where history's rows lie: mean and spread per metric [F], and the inverse covariance of standardised rows [F × F]. */
export interface HistoryShape {
  readonly mean: Float64Array;
  readonly scale: Float64Array;
  readonly precision: Float64Array;
}

/** The Mahalanobis distance of rows to history's mean, on the scale of one metric's standard deviation. */
export interface HistoryDistance {
  /** @param row [F]; missing values count as the mean. */
  of(row: ArrayLike<number>): number;
  /** The last row, standardised [F]. */
  readonly z: Float64Array;
  /** P·z of the last row [F]. */
  readonly product: Float64Array;
}

const SHRINKAGE = 1e-3;
const NO_CLIP = 1e6;

/** @throws NotEnoughHistory for too few rows */
export function fitHistoryShape(train: Frame): HistoryShape {
  const scaler = fitScaler(train);
  const size = train.metrics.length;
  const moments = secondMoments(standardise(train, scaler, NO_CLIP), size);
  return { ...scaler, precision: shrunkInverse(moments, size, SHRINKAGE) };
}

export function historyDistance({ mean, scale, precision }: HistoryShape): HistoryDistance {
  const size = mean.length;
  const z = new Float64Array(size);
  const product = new Float64Array(size);
  return {
    z,
    product,
    of(row) {
      for (let i = 0; i < size; i++) {
        const value = ((row[i] as number) - (mean[i] as number)) / (scale[i] as number);
        z[i] = Number.isFinite(value) ? value : 0;
      }
      return Math.sqrt(quadraticForm(z, precision, product) / size);
    },
  };
}
