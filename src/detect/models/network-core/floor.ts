import type { Frame } from "../../frame.ts";
import { quantileSorted, sortedFinite } from "../../math/statistics.ts";
import { fitHistoryShape, historyDistance } from "../history-distance.ts";

/** The plain distance to history, which knows nothing of adaptation or smoothing; numbers, so that it is saved as JSON. */
export interface Floor {
  readonly mean: readonly number[];
  /** {@link NO_SCALE} for a metric that history has no value of. */
  readonly scale: readonly number[];
  readonly precision: readonly number[];
  /** What the distance stays below in 90 % of the training rows. */
  readonly usual: number;
}

/** JSON has no infinity. */
const NO_SCALE = 1e300;
const USUAL = 0.9;

/** @throws NotEnoughHistory for too few rows */
export function fitFloor(train: Frame): Floor {
  const shape = fitHistoryShape(train);
  const distance = historyDistance(shape);
  const size = train.metrics.length;
  const distances = Float64Array.from({ length: train.rows }, (_, row) =>
    distance.of(train.values.subarray(row * size, (row + 1) * size)),
  );
  return {
    mean: Array.from(shape.mean, (value) => (Number.isFinite(value) ? value : 0)),
    scale: Array.from(shape.scale, (value) => Math.min(value, NO_SCALE)),
    precision: [...shape.precision],
    usual: Math.max(quantileSorted(sortedFinite(distances), USUAL), 1e-6),
  };
}

/** The distance of rows [F] in units of what is usual. */
export function floorScorer({ mean, scale, precision, usual }: Floor): (row: ArrayLike<number>) => number {
  const distance = historyDistance({
    mean: Float64Array.from(mean),
    scale: Float64Array.from(scale),
    precision: Float64Array.from(precision),
  });
  return (row) => distance.of(row) / usual;
}
