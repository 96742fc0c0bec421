import { totalOf } from "../histogram.ts";
import { balancedShape, type ReferenceSet } from "../references.ts";
import { chiSquared } from "../statistics/chi-squared.ts";
import { kolmogorovSmirnov } from "../statistics/kolmogorov-smirnov.ts";
import { plainDetector } from "./detector.ts";

function pooled({ bins, runs }: ReferenceSet): Float64Array {
  const sum = new Float64Array(bins);
  for (const { counts } of runs) {
    for (let bin = 0; bin < bins; bin++) {
      sum[bin] = (sum[bin] as number) + (counts[bin] as number);
    }
  }
  return sum;
}

/** χ² per degree of freedom to the sum of all references, as shift crews have used it for decades. It grows with entries. */
export const chiSquaredDetector = plainDetector(
  "chi2",
  "χ² per degree of freedom to the sum of all references",
  (set) => {
    const reference = pooled(set);
    return {
      score: (counts) => {
        const { statistic, degrees } = chiSquared(counts, reference);
        return degrees > 0 ? statistic / degrees : 0;
      },
    };
  },
);

/** Largest distance of the cumulative shapes; the mean shape counts every run the same. */
export const kolmogorovDetector = plainDetector("ks", "largest distance of the cumulative shapes", (set) => {
  const reference = balancedShape(set);
  return { score: (counts) => kolmogorovSmirnov(counts, reference).distance };
});

/** The number of entries alone: what must never be evidence, shown beside the others so that nobody is fooled. */
export const entriesDetector = plainDetector("entries", "the number of entries (a warning, not a detector)", () => ({
  score: totalOf,
}));
