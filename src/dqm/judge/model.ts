import type { Learnt, ShapeDetector, ShapeModel } from "./detectors/detector.ts";
import { totalOf } from "./histogram.ts";
import { leftOutScores, runBalancedQuantile } from "./left-out.ts";
import { AROUND, type Neighbourhood, withNeighbours } from "./neighbours.ts";
import type { ReferenceSet } from "./references.ts";

/** A fitted detector of one histogram. */
export interface HistogramModel {
  readonly detector: string;
  readonly set: ReferenceSet;
  readonly learnt: Learnt;
  /** Raw score from which on a lumisection is bad. */
  readonly threshold: number;
  /** Raw score of one lumisection's counts; NaN for an empty histogram, of which nothing can be said. */
  score(counts: Float64Array): number;
}

/** Certified runs hold a few odd lumisections themselves: the threshold starts from what this share of left-out ones stays below. */
const GOOD_SHARE = 0.95;
/** Few runs show little: the threshold is so many times that quantile, and at least so many times their median. */
const MARGIN = 2;
const LEAST_RATIO = 8;

/** Fits a detector on the references of one histogram, and its threshold on runs left out in turn. */
export async function fitHistogram(detector: ShapeDetector, set: ReferenceSet, seed: number): Promise<HistogramModel> {
  const learnt = await detector.learn(set, seed);
  const quantiles = learnt["leftOut"];
  let middle = quantiles?.[50] ?? Number.NaN;
  let high = quantiles?.[100 * GOOD_SHARE] ?? Number.NaN;
  if (quantiles === undefined) {
    const leftOut = await leftOutScores(detector, set, seed);
    middle = runBalancedQuantile(leftOut, 0.5);
    high = runBalancedQuantile(leftOut, GOOD_SHARE);
  }
  // A reference of one lumisection has nothing to leave out: everything but the very same shape would be bad.
  const threshold = Number.isFinite(middle) ? Math.max(MARGIN * high, LEAST_RATIO * middle) : LEAST_RATIO;
  return openHistogram(detector, set, learnt, threshold);
}

/** A model from what was saved of it. @throws Error when the parts do not belong together */
export function openHistogram(
  detector: ShapeDetector,
  set: ReferenceSet,
  learnt: Learnt,
  threshold: number,
): HistogramModel {
  const model: ShapeModel = detector.open(learnt, set);
  return {
    detector: detector.name,
    set,
    learnt,
    threshold,
    score: (counts) => (totalOf(counts) > 0 ? model.score(counts) : Number.NaN),
  };
}

/** What is said of one lumisection. */
export interface LumiScore {
  readonly run: number;
  readonly lumi: number;
  /** 1 and more is bad: the worst histogram's score over its threshold, seen with its neighbours. NaN when all were empty. */
  readonly score: number;
  /** The histogram that is worst; null when all were empty. */
  readonly histogram: string | null;
}

/** Raw scores by histogram, then run, then lumisection. */
export type RawScores = ReadonlyMap<string, ReadonlyMap<number, ReadonlyMap<number, number>>>;

/** Puts raw scores of several histograms together, by run and lumisection, ascending. */
export function lumiScores(
  raw: RawScores,
  thresholds: ReadonlyMap<string, number>,
  neighbourhood: Neighbourhood = AROUND,
): readonly LumiScore[] {
  const worst = new Map<number, Map<number, LumiScore>>();
  for (const [histogram, runs] of raw) {
    const threshold = thresholds.get(histogram) ?? 1;
    for (const [run, lumis] of runs) {
      const ordered = [...lumis].sort(([a], [b]) => a - b);
      const numbers = ordered.map(([lumi]) => lumi);
      const scores = withNeighbours(
        numbers,
        ordered.map(([, score]) => Math.max(score, Number.MIN_VALUE)),
        neighbourhood,
      );
      const known = worst.get(run) ?? new Map<number, LumiScore>();
      worst.set(run, known);
      for (const [at, lumi] of numbers.entries()) {
        const score = (scores[at] as number) / threshold;
        const before = known.get(lumi);
        if (before === undefined || Number.isNaN(before.score) || score > before.score) {
          known.set(lumi, { run, lumi, score, histogram: Number.isNaN(score) ? null : histogram });
        }
      }
    }
  }
  return [...worst]
    .sort(([a], [b]) => a - b)
    .flatMap(([, lumis]) => [...lumis.values()].sort((a, b) => a.lumi - b.lumi));
}
