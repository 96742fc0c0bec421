import { totalOf } from "./histogram.ts";
import { balancedShape, type ReferenceSet } from "./references.ts";

/** Relative spread of a bin that is taken for granted before runs have shown theirs. */
const PRIOR_SPREAD = 0.1;
/** The prior counts as much as this many runs for the histogram as a whole, */
const PRIOR_RUNS = 3;
/** and what the whole histogram shows as much as this many runs for a single bin. */
const POOLED_RUNS = 10;

/**
 * How far ordinary lumisections lie from the mean shape, relative to it, beyond counting statistics: standard deviation per
 * bin. Runs differ from each other (calibration, luminosity, radiation damage) and drift while they last; two runs show little of that, so
 * a prior holds until there are more.
 */
export function relativeSpread(set: ReferenceSet): Float64Array {
  const mean = balancedShape(set);
  const observed = new Float64Array(set.bins);
  const runs = set.runs.filter(({ sample }) => sample.length > 0);
  for (const { sample } of runs) {
    for (const counts of sample) {
      addExcess(observed, counts, mean, runs.length * sample.length);
    }
  }
  // The mean was made of the same runs: their distance to it is too small by (R − 1)/R.
  const correction = runs.length > 1 ? runs.length / (runs.length - 1) : 1;
  const pooledObserved = correction * weightedMean(observed, mean);
  const pooled = blend(PRIOR_SPREAD ** 2, PRIOR_RUNS, pooledObserved, runs.length);
  return observed.map((variance) => Math.sqrt(blend(pooled, POOLED_RUNS, correction * variance, runs.length)));
}

/** Adds (p − m)²/m² less what counting explains of it. */
function addExcess(into: Float64Array, counts: ArrayLike<number>, mean: Float64Array, weight: number): void {
  const total = totalOf(counts);
  for (let bin = 0; bin < into.length; bin++) {
    const share = mean[bin] as number;
    const off = (counts[bin] as number) / total - share;
    into[bin] = (into[bin] as number) + ((off / share) ** 2 - (1 - share) / (total * share)) / weight;
  }
}

function blend(prior: number, priorRuns: number, observed: number, runs: number): number {
  return (prior * priorRuns + Math.max(observed, 0) * runs) / (priorRuns + runs);
}

function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let bin = 0; bin < values.length; bin++) {
    sum += (values[bin] as number) * (weights[bin] as number);
  }
  return sum;
}
