import type { BinEvidence, LumiVerdict, RunQuality } from "../../alert/quality.ts";
import { describeEvidence, type Explainer, explainer } from "./explain.ts";
import type { GoldenRanges } from "./golden.ts";
import type { LumiHistogram } from "./histogram.ts";
import type { HistogramModel, LumiScore } from "./model.ts";
import { judgeRuns } from "./verdicts.ts";

/** Lumisections of a run that are explained bin by bin. */
const MOST_EXPLAINED = 10;

/** Where the bins of bad lumisections can be found again. */
export type FindHistogram = (
  run: number,
  lumi: number,
  name: string,
) => Pick<LumiHistogram, "lumi" | "name" | "counts"> | null;

export interface CertifyParts {
  readonly scores: readonly LumiScore[];
  readonly excluded?: GoldenRanges;
  readonly models: ReadonlyMap<string, HistogramModel>;
  readonly detector: string;
  readonly find: FindHistogram;
  readonly now: Date;
}

/** The machine's judgement of each run, with the bins of its worst lumisections. */
export function certifyRuns(parts: CertifyParts): readonly RunQuality[] {
  const explainers = new Map<string, Explainer>();
  const explain = (run: number, { lumi, histogram }: LumiVerdict): readonly BinEvidence[] => {
    const name = histogram ?? "";
    const model = parts.models.get(name);
    const found = parts.find(run, lumi, name);
    if (model === undefined || found === null) {
      return [];
    }
    const by = explainers.get(name) ?? explainer(model.set);
    explainers.set(name, by);
    return [by(found)];
  };
  return [...judgeRuns(parts.scores, parts.excluded)].map(([run, lumis]) => ({
    run,
    judgedAt: parts.now,
    detector: parts.detector,
    lumis,
    evidence: worstOf(lumis).flatMap((verdict) => explain(run, verdict)),
  }));
}

/** The worst lumisection of each bad stretch, worst first: what {@link certifyRuns} wants to find again. */
export function worstOf(lumis: readonly LumiVerdict[]): readonly LumiVerdict[] {
  const worst: LumiVerdict[] = [];
  let before: LumiVerdict | null = null;
  for (const verdict of lumis) {
    if (verdict.status === "BAD") {
      const current = before?.status === "BAD" ? worst.at(-1) : undefined;
      if (current === undefined) {
        worst.push(verdict);
      } else if ((verdict.score ?? 0) > (current.score ?? 0)) {
        worst[worst.length - 1] = verdict;
      }
    }
    before = verdict;
  }
  return worst.sort((a, b) => (b.score ?? 0) - (a.score ?? 0)).slice(0, MOST_EXPLAINED);
}

/** What is off in a run's worst lumisection, as sentences. */
export function worstEvidence({ evidence }: Pick<RunQuality, "evidence">): readonly string[] {
  const [worst] = evidence;
  return worst === undefined ? [] : describeEvidence(worst).map((one) => `${worst.histogram}, ${one}`);
}
