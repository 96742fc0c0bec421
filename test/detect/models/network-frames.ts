import type { Frame } from "../../../src/detect/frame.ts";

/** Waves of `metrics` metrics with noise that is the same at every run; metric m moves around 10 (m + 1). */
export function waves(rows: number, metrics: number, from = 0): Frame {
  const values = new Float64Array(rows * metrics);
  for (let row = 0; row < rows; row++) {
    for (let m = 0; m < metrics; m++) {
      const t = row + from;
      const noise = Math.sin(t * 12.9898 + m * 78.233) * 43758.5453;
      values[row * metrics + m] = 10 * (m + 1) + 3 * Math.sin(t / 9 + m) + (noise - Math.floor(noise) - 0.5);
    }
  }
  return { metrics: Array.from({ length: metrics }, (_, m) => `m${m}`), rows, values, times: null };
}

export function rowOf(frame: Frame, row: number): Float64Array {
  const width = frame.metrics.length;
  return frame.values.slice(row * width, (row + 1) * width);
}
