import type { LumiHistogram } from "../judge/histogram.ts";
import { type InOrder, judgeInOrder } from "../judge/in-order.ts";
import type { LumiScore } from "../judge/lumi-scores.ts";
import { AROUND, type Neighbourhood } from "../judge/neighbours.ts";
import { createRunScores, type RunScores } from "../judge/run-scores.ts";
import type { DqmModel } from "../judge/saved.ts";

/** Runs whose scores are kept; of more, those with the highest numbers. */
export const MOST_RUNS = 50;
/** Scores of all runs, some 20 bytes each; beyond, the lowest run is forgotten. */
const MOST_SCORES = 10_000_000;

interface KeptRun {
  readonly scores: RunScores;
  /** When something new last came. */
  changedAt: Date;
}

/** Scores of the recent runs, in bounded memory. */
export interface RunMemory {
  /** Scores a histogram that is new or has changed and keeps that; null when the model does not know it. */
  add(histogram: LumiHistogram, model: DqmModel, now: Date): "changed" | "same" | null;
  /** Runs kept, lowest number first. */
  runs(): readonly number[];
  /** Null for a run that is not kept. */
  changedAt(run: number): Date | null;
  scores(run: number, model: DqmModel): readonly LumiScore[];
  find(run: number, lumi: number, name: string): LumiHistogram | null;
  /** Forgets everything, e.g. for a new model. */
  clear(): void;
}

/** @param neighbourhood what a lumisection is seen together with */
export function createRunMemory(neighbourhood: Neighbourhood = AROUND): RunMemory {
  const kept = new Map<number, KeptRun>();
  let inOrder: { readonly model: DqmModel; readonly judges: InOrder } | null = null;
  return {
    add(histogram, model, now) {
      const { run, name, counts } = histogram;
      const known = model.histograms.get(name);
      if (known === undefined || known.set.bins !== counts.length) {
        return null;
      }
      const into = kept.get(run) ?? { scores: createRunScores(run), changedAt: now };
      kept.set(run, into);
      if (into.scores.knows(histogram)) {
        return "same";
      }
      inOrder = inOrder?.model === model ? inOrder : { model, judges: judgeInOrder(model.histograms) };
      const found = inOrder.judges.judge(histogram) ?? { score: Number.NaN, gain: null };
      into.scores.add(histogram, found, known.threshold);
      into.changedAt = now;
      forgetLowest(kept);
      return "changed";
    },
    runs: () => [...kept.keys()].sort((a, b) => a - b),
    changedAt: (run) => kept.get(run)?.changedAt ?? null,
    scores: (run, model) => kept.get(run)?.scores.scores(model.histograms, neighbourhood) ?? [],
    find: (run, lumi, name) => kept.get(run)?.scores.find(lumi, name) ?? null,
    clear: () => {
      kept.clear();
      inOrder = null;
    },
  };
}

function forgetLowest(kept: Map<number, KeptRun>): void {
  const total = [...kept.values()].reduce((sum, { scores }) => sum + scores.size(), 0);
  if (kept.size > MOST_RUNS || (kept.size > 1 && total > MOST_SCORES)) {
    kept.delete(Math.min(...kept.keys()));
  }
}
