import { usualTotal } from "../references.ts";
import { alignedSpread } from "./aligned-spread.ts";
import { learntNumbers, type ShapeDetector, type ShapeModel } from "./detector.ts";
import { hasGain, prepareNearest, shapeWithin, THRESHOLD } from "./nearest.ts";
import { createRunJudge } from "./run-judge.ts";

/**
 * Compares with the nearest certified run after the scale of the axis (gain) is fitted where it has one: mean squared pull, and the contrast
 * of neighbouring regions. In a run's order, its own accepted lumisections become a reference beside them.
 */
export const defaultDetector: ShapeDetector = {
  name: "default",
  description:
    "pulls to the nearest certified run with its gain fitted, contrast of regions, and the run's own recent lumisections",
  threshold: THRESHOLD,
  learn: async (set) => ({ spread: [...alignedSpread(set, hasGain(set))], usual: [usualTotal(set)] }),
  open(learnt, set): ShapeModel {
    const spread = learntNumbers(learnt, "spread", set.bins);
    const [usual = 1] = learntNumbers(learnt, "usual", 1);
    const nearestOf = prepareNearest(set, spread, usual);
    const anywhere = nearestOf(null, []);
    return {
      score(counts) {
        const { shape, entries } = shapeWithin(counts, usual);
        const found = anywhere.fit(shape, entries);
        return Math.max(found.distance, anywhere.contrast(shape, found) * THRESHOLD);
      },
      begin: (run, grown) => createRunJudge(run, set, nearestOf(run, grown)),
    };
  },
};
