import type { LumiHistogram } from "../judge/histogram.ts";
import { type LumiScore, lumiScores } from "../judge/model.ts";
import { AROUND, type Neighbourhood } from "../judge/neighbours.ts";
import type { QualityModel } from "../judge/saved.ts";

/** Runs whose scores are kept; of more, those with the highest numbers. */
export const MOST_RUNS = 50;
/** Histograms of a run that are kept whole, to be explained: those that scored worst. */
const MOST_KEPT = 40;

interface KeptRun {
  /** Raw scores by histogram, then lumisection. */
  readonly scores: Map<string, Map<number, number>>;
  readonly worst: { readonly ratio: number; readonly histogram: LumiHistogram }[];
  /** When something new last came. */
  changedAt: Date;
}

/** Scores of recent runs, in bounded memory. */
export interface RunMemory {
  /** Scores a histogram and keeps that; false when the model does not know it. */
  add(histogram: LumiHistogram, model: QualityModel, now: Date): boolean;
  /** Runs kept, lowest number first. */
  runs(): readonly number[];
  /** Null for a run that is not kept. */
  changedAt(run: number): Date | null;
  scores(run: number, model: QualityModel): readonly LumiScore[];
  find(run: number, lumi: number, name: string): LumiHistogram | null;
  /** Forgets everything, e.g. for a new model. */
  clear(): void;
}

/** @param neighbourhood what a lumisection is seen together with */
export function createRunMemory(neighbourhood: Neighbourhood = AROUND): RunMemory {
  const kept = new Map<number, KeptRun>();
  return {
    add(histogram, model, now) {
      const { run, lumi, name, counts } = histogram;
      const known = model.histograms.get(name);
      if (known === undefined || known.set.bins !== counts.length) {
        return false;
      }
      const score = known.score(counts);
      const into = kept.get(run) ?? { scores: new Map(), worst: [], changedAt: now };
      kept.set(run, into);
      const scores = into.scores.get(name) ?? new Map<number, number>();
      into.scores.set(name, scores);
      if (!Object.is(scores.get(lumi), score)) {
        into.changedAt = now;
      }
      scores.set(lumi, score);
      keepWorst(into.worst, score / known.threshold, histogram);
      if (kept.size > MOST_RUNS) {
        kept.delete(Math.min(...kept.keys()));
      }
      return true;
    },
    runs: () => [...kept.keys()].sort((a, b) => a - b),
    changedAt: (run) => kept.get(run)?.changedAt ?? null,
    scores(run, model) {
      const raw = [...(kept.get(run)?.scores ?? [])].map(([name, scores]) => [name, new Map([[run, scores]])] as const);
      const thresholds = new Map([...model.histograms].map(([name, { threshold }]) => [name, threshold]));
      return lumiScores(new Map(raw), thresholds, neighbourhood);
    },
    find: (run, lumi, name) =>
      kept.get(run)?.worst.find(({ histogram }) => histogram.lumi === lumi && histogram.name === name)?.histogram ??
      null,
    clear: () => kept.clear(),
  };
}

function keepWorst(worst: KeptRun["worst"], ratio: number, histogram: LumiHistogram): void {
  const same = worst.findIndex((one) => one.histogram.lumi === histogram.lumi && one.histogram.name === histogram.name);
  if (same >= 0) {
    worst.splice(same, 1);
  }
  if (ratio >= KEPT_FROM) {
    worst.push({ ratio, histogram });
    worst.sort((a, b) => b.ratio - a.ratio);
    worst.length = Math.min(worst.length, MOST_KEPT);
  }
}

/** A lumisection below the threshold by itself can be bad with its neighbours. */
const KEPT_FROM = 0.5;
