import type { Frame } from "../frame.ts";
import { NotEnoughHistory } from "../not-enough-history.ts";

/** Centre and scale per metric, as learnt from history. A metric without any value has an infinite scale: it never scores. */
export interface Scaler {
  readonly mean: Float64Array;
  readonly scale: Float64Array;
}

/** Rows below which nothing can be learnt. */
export const MIN_ROWS = 30;
/** A constant metric still gets a scale: this share of its size (or of 1), so that its first change is seen. */
const CONSTANT_FLOOR = 0.01;
/** No scale below this share of the range, or a metric that moves once a week would have none. */
const RANGE_FLOOR = 1e-3;

/**
 * Mean and standard deviation per metric over finite values.
 * @throws NotEnoughHistory when there are fewer than {@link MIN_ROWS} rows with a value
 */
export function fitScaler(train: Frame): Scaler {
  const size = train.metrics.length;
  const mean = new Float64Array(size);
  const scale = new Float64Array(size);
  let longest = 0;
  for (let metric = 0; metric < size; metric++) {
    const moments = momentsOf(train, metric);
    longest = Math.max(longest, moments.count);
    mean[metric] = moments.mean;
    if (moments.count === 0) {
      scale[metric] = Number.POSITIVE_INFINITY;
      continue;
    }
    const floor = Math.max((moments.max - moments.min) * RANGE_FLOOR, 1e-9);
    const constant = moments.max - moments.min <= 1e-12 * Math.max(Math.abs(moments.max), 1e-300);
    scale[metric] = constant ? CONSTANT_FLOOR * (Math.abs(moments.mean) || 1) : Math.max(moments.sd, floor);
  }
  if (longest < MIN_ROWS) {
    throw new NotEnoughHistory(longest, MIN_ROWS);
  }
  return { mean, scale };
}

function momentsOf(train: Frame, metric: number) {
  const size = train.metrics.length;
  let count = 0;
  let mean = 0;
  let squares = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let at = metric; at < train.rows * size; at += size) {
    const value = train.values[at] as number;
    if (!Number.isFinite(value)) {
      continue;
    }
    count++;
    const delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { count, mean, sd: Math.sqrt(squares / Math.max(count, 1)), min, max };
}
