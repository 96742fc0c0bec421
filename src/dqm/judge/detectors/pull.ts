import { totalOf } from "../histogram.ts";
import { balancedShape, type ReferenceSet, usualTotal } from "../references.ts";
import { relativeSpread } from "../spread.ts";
import { plainDetector, type ShapeModel } from "./detector.ts";

/** What a bin was expected to hold, and how sure that is. */
export interface ExpectedShape {
  /** Mean share per bin. */
  readonly mean: Float64Array;
  /** Relative standard deviation per bin between and within ordinary runs. */
  readonly spread: Float64Array;
  /** Entries beyond which counting statistics are no longer believed. */
  readonly mostEntries: number;
}

export function expectedShape(set: ReferenceSet): ExpectedShape {
  return { mean: balancedShape(set), spread: relativeSpread(set), mostEntries: usualTotal(set) };
}

/** Variance of a bin's share in a lumisection of `total` entries: counting, and the spread of ordinary runs. */
export function shareVariance(expected: ExpectedShape, bin: number, total: number): number {
  const mean = expected.mean[bin] as number;
  const counting = (mean * (1 - mean)) / Math.max(Math.min(total, expected.mostEntries), 1);
  return counting + ((expected.spread[bin] as number) * mean) ** 2;
}

/** (seen − expected) / standard deviation per bin. */
export function pullsOf(counts: ArrayLike<number>, expected: ExpectedShape): Float64Array {
  const total = totalOf(counts);
  const pulls = new Float64Array(counts.length);
  for (let bin = 0; bin < pulls.length; bin++) {
    const off = (counts[bin] as number) / total - (expected.mean[bin] as number);
    pulls[bin] = off / Math.sqrt(shareVariance(expected, bin, total));
  }
  return pulls;
}

/** Mean squared pull to the mean of all references; 1 is what ordinary lumisections have, whatever their entries. */
export const pullDetector = plainDetector(
  "pull",
  "mean squared pull to the mean reference, with the learnt spread between runs",
  (set): ShapeModel => {
    const expected = expectedShape(set);
    return { score: (counts) => meanSquare(pullsOf(counts, expected)) };
  },
);

function meanSquare(values: Float64Array): number {
  let sum = 0;
  for (const value of values) {
    sum += value * value;
  }
  return sum / values.length;
}
