import { totalOf } from "../histogram.ts";
import { balancedShape, type ReferenceSet, runShape } from "../references.ts";
import { bestFit, jointEntries, wideningBetween } from "./distance.ts";
import { scaledShape, WIDE_GAINS } from "./gain.ts";

/** Relative spread that is taken for granted before runs have shown theirs; never less, as few certified runs look too much alike. */
export const PRIOR_SPREAD = 0.1;
/** The prior counts as much as this many runs for the whole histogram, and the whole as much as so many for one bin. */
const PRIOR_RUNS = 3;
const POOLED_RUNS = 10;
/** Lumisections of a run that are looked at, and runs: the newest. */
const MOST_LUMISECTIONS = 40;
const MOST_COMPARED = 20;

/** Relative standard deviation per bin of good lumisections to the nearest other certified run, its gain fitted, beyond counting. */
export function alignedSpread(set: ReferenceSet, hasGain: boolean): Float64Array {
  const runs = set.runs.slice(-MOST_COMPARED).map((run) => ({
    ...run,
    total: totalOf(run.counts),
    scaled: scaledShape(runShape(run.counts), set.axis, hasGain ? WIDE_GAINS : null),
  }));
  const prior = new Float64Array(set.bins).fill(PRIOR_SPREAD);
  const excess = new Float64Array(set.bins);
  const weights = new Float64Array(set.bins);
  for (const { run, sample } of runs.length > 1 ? runs : []) {
    const others = runs.filter((one) => one.run !== run);
    const step = Math.max(Math.ceil(sample.length / MOST_LUMISECTIONS), 1);
    for (const counts of sample.filter((_, at) => at % step === 0)) {
      const total = totalOf(counts);
      const shape = counts.map((count) => count / total);
      const [nearest] = others
        .map((other) => {
          const entries = jointEntries(total, other.total);
          const widening = wideningBetween(run, other.run);
          return { entries, widening, ...bestFit(shape, other.scaled, entries, prior, widening) };
        })
        .sort((a, b) => a.distance - b.distance);
      if (nearest !== undefined) {
        addExcess(excess, weights, shape, nearest);
      }
    }
  }
  return blended(excess, weights, balancedShape(set), runs.length);
}

function addExcess(
  into: Float64Array,
  weights: Float64Array,
  shape: Float64Array,
  { row, entries, widening }: Nearest,
) {
  for (let bin = 0; bin < into.length; bin++) {
    const share = Math.max(row[bin] as number, 1 / entries);
    const off = ((shape[bin] as number) - share) / share;
    // Nobody learns from a few wild lumisections: one counts at most as being wrong by half.
    const found = Math.min(off * off, 0.25) - (1 - share) / (entries * share);
    into[bin] = (into[bin] as number) + found / widening;
    weights[bin] = (weights[bin] as number) + 1;
  }
}

interface Nearest {
  readonly row: Float64Array;
  readonly entries: number;
  readonly widening: number;
}

function blended(excess: Float64Array, weights: Float64Array, shape: Float64Array, runs: number): Float64Array {
  const observed = excess.map((sum, bin) => Math.max(sum / Math.max(weights[bin] as number, 1), 0));
  const mean = observed.reduce((sum, one, bin) => sum + one * (shape[bin] as number), 0);
  const shown = runs > 1 ? runs : 0;
  const pooled = (PRIOR_SPREAD ** 2 * PRIOR_RUNS + mean * shown) / (PRIOR_RUNS + shown);
  return observed.map((one) =>
    Math.max(Math.sqrt((pooled * POOLED_RUNS + one * shown) / (POOLED_RUNS + shown)), PRIOR_SPREAD),
  );
}
