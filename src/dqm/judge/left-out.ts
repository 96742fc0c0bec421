import type { ShapeDetector } from "./detectors/detector.ts";
import type { ReferenceRun, ReferenceSet } from "./references.ts";

/** Scores of good lumisections by a detector that had not seen their run. */
export interface LeftOutRun {
  readonly run: number;
  readonly scores: readonly number[];
}

/** More folds cost time and tell little more. */
const MOST_FOLDS = 8;

/** The halves of one run differ less than two runs do: what they show is raised by this. */
const HALVES_SHOW_LESS = 3;

/**
 * Scores each run's sample by a detector fitted on the other runs (at most eight groups of runs are left out in turn). A single
 * run is cut in two halves of time instead, and its scores are raised threefold.
 */
export async function leftOutScores(
  detector: ShapeDetector,
  set: ReferenceSet,
  seed: number,
): Promise<readonly LeftOutRun[]> {
  const raised = set.runs.length > 1 ? 1 : HALVES_SHOW_LESS;
  const parts = set.runs.length > 1 ? set.runs : halves(set.runs[0] as ReferenceRun, set.bins);
  const folds = Math.min(parts.length, MOST_FOLDS);
  const found: LeftOutRun[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const train = { ...set, runs: parts.filter((_, at) => at % folds !== fold) };
    if (train.runs.length === 0) {
      continue;
    }
    const model = detector.open(await detector.learn(train, seed), train);
    for (const { run, sample } of parts.filter((_, at) => at % folds === fold)) {
      found.push({ run, scores: sample.map((counts) => raised * model.score(counts)) });
    }
  }
  return found;
}

function halves(run: ReferenceRun, bins: number): readonly ReferenceRun[] {
  const middle = Math.ceil(run.sample.length / 2);
  return [run.sample.slice(0, middle), run.sample.slice(middle)]
    .filter((sample) => sample.length > 0)
    .map((sample) => ({ run: run.run, sample, lumisections: sample.length, counts: sum(sample, bins) }));
}

function sum(sample: readonly Float64Array[], bins: number): Float64Array {
  const total = new Float64Array(bins);
  for (const counts of sample) {
    counts.forEach((count, bin) => {
      total[bin] = (total[bin] as number) + count;
    });
  }
  return total;
}

/** Quantile of the scores with every run counting the same; NaN of nothing. */
export function runBalancedQuantile(runs: readonly LeftOutRun[], p: number): number {
  const weighted = runs
    .flatMap(({ scores }) => scores.map((score) => ({ score, weight: 1 / scores.length })))
    .sort((a, b) => a.score - b.score);
  const wanted = p * weighted.reduce((total, { weight }) => total + weight, 0);
  let passed = 0;
  for (const { score, weight } of weighted) {
    passed += weight;
    if (passed >= wanted - 1e-9) {
      return score;
    }
  }
  return Number.NaN;
}
