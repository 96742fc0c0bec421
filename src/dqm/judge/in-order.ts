import type { RunJudge, ShapeScore } from "./detectors/detector.ts";
import type { LumiHistogram } from "./histogram.ts";
import type { HistogramModel } from "./model.ts";
import type { ReferenceRun } from "./references.ts";

/** References that grew while judging, for one histogram; of more, the newest. */
const MOST_GROWN = 8;
/** Runs of one histogram that are judged side by side; of more, the highest. */
const MOST_OPEN = 2;

interface Histogram {
  readonly open: Map<number, RunJudge>;
  readonly grown: Map<number, ReferenceRun>;
}

/** Judges histograms as they come: runs ascending, and the lumisections of a run. */
export interface InOrder {
  /** Null when the model does not know the histogram, or with other bins. */
  judge(histogram: Pick<LumiHistogram, "run" | "name" | "counts">): ShapeScore | null;
}

/**
 * Each run is judged by certified runs, by what of it was accepted so far, and by runs before it whose data was accepted. A run that comes again after
 * higher ones begins again, with the references that were there before it.
 */
export function judgeInOrder(models: ReadonlyMap<string, HistogramModel>): InOrder {
  const known = new Map<string, Histogram>();
  return {
    judge({ run, name, counts }) {
      const model = models.get(name);
      if (model === undefined || model.set.bins !== counts.length) {
        return null;
      }
      const histogram = known.get(name) ?? { open: new Map(), grown: new Map() };
      known.set(name, histogram);
      const judge = histogram.open.get(run) ?? begin(model, histogram, run);
      return judge.next(counts);
    },
  };
}

function begin(model: HistogramModel, { open, grown }: Histogram, run: number): RunJudge {
  for (const [earlier, judge] of open) {
    const reference = earlier < run ? judge.reference() : null;
    if (reference !== null) {
      grown.set(earlier, reference);
    }
  }
  if (grown.size > MOST_GROWN) {
    grown.delete(Math.min(...grown.keys()));
  }
  if (open.size >= MOST_OPEN) {
    open.delete(Math.min(...open.keys()));
  }
  const judge = model.begin(run, [...grown.values()]);
  open.set(run, judge);
  return judge;
}
