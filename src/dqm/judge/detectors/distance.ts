import type { ScaledShape } from "./gain.ts";

/** What a lumisection is compared with: the row of a {@link ScaledShape} that fits best. */
export interface Fit {
  /** Mean squared pull; 1 and less is ordinary. */
  readonly distance: number;
  readonly gain: number;
  readonly row: Float64Array;
}

/** Effective entries of a comparison of two histograms. */
export function jointEntries(entries: number, others: number): number {
  return 1 / (1 / Math.max(entries, 1) + 1 / Math.max(others, 1));
}

/**
 * Mean squared pull of a shape to an expected one. The variance of a bin is counting, (q(1−q) + 1/n)/n, and the relative spread of
 * ordinary runs. Stops early above `most`.
 */
export function meanSquaredPull(
  shape: Float64Array,
  expected: Float64Array,
  entries: number,
  spread: Float64Array,
  widening: number,
  most = Number.POSITIVE_INFINITY,
): number {
  const bins = shape.length;
  const enough = most * bins;
  let sum = 0;
  for (let bin = 0; bin < bins && sum < enough; bin++) {
    const share = expected[bin] as number;
    const off = (shape[bin] as number) - share;
    const relative = (spread[bin] as number) * share;
    sum += (off * off) / ((share * (1 - share) + 1 / entries) / entries + widening * relative * relative);
  }
  return sum / bins;
}

/** The gain at which a shape fits best. @param widening factor on the variance between runs, 1 and more */
export function bestFit(
  shape: Float64Array,
  { gains, rows }: ScaledShape,
  entries: number,
  spread: Float64Array,
  widening: number,
): Fit {
  let best = 0;
  let distance = Number.POSITIVE_INFINITY;
  for (let at = 0; at < rows.length; at++) {
    const found = meanSquaredPull(shape, rows[at] as Float64Array, entries, spread, widening, distance);
    if (found < distance) {
      [best, distance] = [at, found];
    }
  }
  return { distance, gain: gains[best] as number, row: rows[best] as Float64Array };
}

/**
 * The strongest squared contrast, in variances: how much more or less a window of neighbouring bins holds than expected, beside what the
 * windows to its left and right do. Slow changes of the whole shape cancel; a damaged region stands out.
 * @param spread relative standard deviation of a window that ordinary data has
 */
export function strongestContrast(
  shape: Float64Array,
  expected: Float64Array,
  entries: number,
  spread: number,
  widths: readonly number[],
): number {
  const bins = shape.length;
  const seen = cumulative(shape, entries);
  const usual = cumulative(expected, entries);
  const ratios = new Float64Array(bins);
  const variances = new Float64Array(bins);
  let strongest = 0;
  for (const width of widths) {
    for (let at = 0; at + width <= bins; at++) {
      const b = (usual[at + width] as number) - (usual[at] as number) + 0.5;
      ratios[at] = Math.log(((seen[at + width] as number) - (seen[at] as number) + 0.5) / b);
      variances[at] = 1 / b;
    }
    for (let at = width; at + 2 * width <= bins; at++) {
      const sides = (ratios[at - width] as number) + (ratios[at + width] as number);
      const contrast = (ratios[at] as number) - sides / 2;
      const counting =
        (variances[at] as number) + ((variances[at - width] as number) + (variances[at + width] as number)) / 4;
      strongest = Math.max(strongest, (contrast * contrast) / (counting + 1.5 * spread * spread));
    }
  }
  return strongest;
}

function cumulative(shape: Float64Array, entries: number): Float64Array {
  const sums = new Float64Array(shape.length + 1);
  for (let bin = 0; bin < shape.length; bin++) {
    sums[bin + 1] = (sums[bin] as number) + (shape[bin] as number) * entries;
  }
  return sums;
}
/** Calibration drifts: the variance between runs doubles for each so many run numbers between them. */
const DRIFT_RUNS = 250;

/** Factor on the variance between two runs that are apart in time. */
export function wideningBetween(run: number, other: number): number {
  return 1 + Math.abs(run - other) / DRIFT_RUNS;
}
