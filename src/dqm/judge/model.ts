import type { Learnt, RunJudge, ShapeDetector, ShapeModel } from "./detectors/detector.ts";
import { totalOf } from "./histogram.ts";
import { leftOutScores, runBalancedQuantile } from "./left-out.ts";
import type { ReferenceRun, ReferenceSet } from "./references.ts";

/** A fitted detector of one histogram. */
export interface HistogramModel {
  readonly detector: string;
  readonly set: ReferenceSet;
  readonly learnt: Learnt;
  /** Raw score from which on a lumisection is bad. */
  readonly threshold: number;
  /** Raw score of one lumisection's counts; NaN for an empty histogram, of which nothing can be said. */
  score(counts: Float64Array): number;
  /** Judges a run's lumisections in their order. @param grown references that came after training */
  begin(run: number, grown: readonly ReferenceRun[]): RunJudge;
}

/** Certified runs hold a few odd lumisections themselves: the threshold starts from what this share of left-out ones stays below. */
const GOOD_SHARE = 0.95;
/** Few runs show little: the threshold is so many times that quantile, and at least so many times their median. */
const MARGIN = 2;
const LEAST_RATIO = 8;

/** Fits a detector on the references of one histogram, and its threshold on runs left out in turn. */
export async function fitHistogram(detector: ShapeDetector, set: ReferenceSet, seed: number): Promise<HistogramModel> {
  const learnt = await detector.learn(set, seed);
  if (detector.threshold !== undefined) {
    return openHistogram(detector, set, learnt, detector.threshold);
  }
  const leftOut = await leftOutScores(detector, set, seed);
  const middle = runBalancedQuantile(leftOut, 0.5);
  const high = runBalancedQuantile(leftOut, GOOD_SHARE);
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
  const alone = (counts: Float64Array) => (totalOf(counts) > 0 ? model.score(counts) : Number.NaN);
  return {
    detector: detector.name,
    set,
    learnt,
    threshold,
    score: alone,
    begin(run, grown) {
      const judge = model.begin?.(run, grown);
      return {
        next: (counts) =>
          judge === undefined || !(totalOf(counts) > 0) ? { score: alone(counts), gain: null } : judge.next(counts),
        reference: () => judge?.reference() ?? null,
      };
    },
  };
}
