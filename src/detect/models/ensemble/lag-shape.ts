import { secondMoments, shrunkInverse } from "../covariance.ts";
import { CLIP } from "./moving-scaler.ts";

/** How a metric's recent changes are described: `lags` of the newest differences between means of `smooth` rows. */
export interface LagSpec {
  readonly lags: number;
  readonly smooth: number;
}

/** What is usual of each metric's recent changes. */
export interface LagShape extends LagSpec {
  /** Spread of the differences, per metric. */
  readonly spread: Float64Array;
  /** Per metric the inverse covariance of its last differences, lags × lags each. */
  readonly precision: Float64Array;
}

const SHRINKAGE = 0.01;
/** No spread below this share of the metric's own, or a metric that hardly ever moves would shout at its first step. */
const LEAST_SPREAD = 0.01;
const DISTANCE_CAP = 100;

/** Learns the shape of each metric's changes from standardised rows (rows × size). */
export function fitLagShape(z: Float64Array, size: number, spec: LagSpec): LagShape {
  const rows = z.length / size;
  const spread = new Float64Array(size);
  const precision = new Float64Array(size * spec.lags * spec.lags);
  const course = new Float64Array(rows);
  for (let metric = 0; metric < size; metric++) {
    differences(z, size, metric, spec.smooth, course);
    let squares = 0;
    for (const value of course) {
      squares += value * value;
    }
    spread[metric] = Math.max(Math.sqrt(squares / Math.max(rows, 1)), LEAST_SPREAD);
    const embedded = new Float64Array(rows * spec.lags);
    for (let row = 0; row < rows; row++) {
      for (let lag = 0; lag < spec.lags; lag++) {
        const value = (course[Math.max(row - lag, 0)] as number) / (spread[metric] as number);
        embedded[row * spec.lags + lag] = Math.min(Math.max(value, -CLIP), CLIP);
      }
    }
    const moments = secondMoments(embedded, spec.lags);
    precision.set(shrunkInverse(moments, spec.lags, SHRINKAGE), metric * spec.lags * spec.lags);
  }
  return { ...spec, spread, precision };
}

/** Mean of the newest `smooth` rows minus that of those before, per row of one metric. */
function differences(z: Float64Array, size: number, metric: number, smooth: number, course: Float64Array): void {
  const at = (row: number) => z[Math.max(row, 0) * size + metric] as number;
  for (let row = 0; row < course.length; row++) {
    let sum = 0;
    for (let back = 0; back < smooth; back++) {
      sum += at(row - back) - at(row - back - smooth);
    }
    course[row] = sum / smooth;
  }
}

/** Scores each metric's recent changes, row by row. */
export interface LagScorer {
  /** @param z the row, without gaps · @param squares per metric, squared distance, written · @returns root of their mean */
  push(z: Float64Array, squares: Float64Array): number;
  state(): readonly number[];
}

/** @param saved state of an earlier scorer of the same shape, or null */
export function createLagScorer({ lags, smooth, spread, precision }: LagShape, saved: Float64Array | null): LagScorer {
  const size = spread.length;
  const memory = 2 * smooth;
  // Per metric: the newest 2·smooth values, newest first, then the newest differences, newest first.
  const stride = memory + lags;
  const kept = saved ?? new Float64Array(size * stride);
  let begun = saved !== null && !Number.isNaN(saved[0]);
  if (saved === null) {
    kept.fill(Number.NaN);
  }
  return {
    push: (z, squares) => {
      let total = 0;
      for (let i = 0; i < size; i++) {
        const start = i * stride;
        if (begun) {
          kept.copyWithin(start + 1, start, start + memory - 1);
          kept.copyWithin(start + memory + 1, start + memory, start + stride - 1);
        } else {
          kept.fill(z[i] as number, start, start + memory);
          kept.fill(0, start + memory, start + stride);
        }
        kept[start] = z[i] as number;
        const change = newestChange(kept, start, smooth) / (spread[i] as number);
        kept[start + memory] = Math.min(Math.max(change, -CLIP), CLIP);
        const square = form(kept, start + memory, precision, i * lags * lags, lags) / lags;
        squares[i] = Math.min(square, DISTANCE_CAP * DISTANCE_CAP);
        total += squares[i] as number;
      }
      begun = true;
      return Math.sqrt(total / size);
    },
    state: () => Array.from(kept),
  };
}

function newestChange(kept: Float64Array, start: number, smooth: number): number {
  let sum = 0;
  for (let back = 0; back < smooth; back++) {
    sum += (kept[start + back] as number) - (kept[start + back + smooth] as number);
  }
  return sum / smooth;
}

function form(values: Float64Array, from: number, precision: Float64Array, at: number, size: number): number {
  let total = 0;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++) {
      sum += (precision[at + i * size + j] as number) * (values[from + j] as number);
    }
    total += sum * (values[from + i] as number);
  }
  return Math.max(total, 0);
}
