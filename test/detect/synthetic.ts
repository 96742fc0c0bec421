import type { Frame } from "../../src/detect/frame.ts";
import { seededRandom } from "../../src/detect/math/random.ts";

/** A frame of what `valueAt(row, metric, noise)` gives, one row a `step`; noise is about standard normal and seeded. */
export function synthetic(
  rows: number,
  metrics: readonly string[],
  valueAt: (row: number, metric: number, noise: () => number) => number,
  { seed = 1, step = 300, start = 1_767_225_600 } = {},
): Frame {
  const random = seededRandom(seed);
  const noise = () => (random() + random() + random() + random() - 2) * Math.sqrt(3);
  const values = new Float64Array(rows * metrics.length);
  for (let row = 0; row < rows; row++) {
    for (let metric = 0; metric < metrics.length; metric++) {
      values[row * metrics.length + metric] = valueAt(row, metric, noise);
    }
  }
  return { metrics, rows, values, times: Float64Array.from({ length: rows }, (_, row) => start + row * step) };
}

/** Row `at` of a frame. */
export function rowOf(frame: Frame, at: number): Float64Array {
  const size = frame.metrics.length;
  return frame.values.slice(at * size, (at + 1) * size);
}
