import type { BinEvidence, JudgedRun, LumiVerdict } from "../../alert/dqm.ts";
import { describeEvidence, type Explainer, explainer } from "./explain.ts";
import type { GoldenRanges } from "./golden.ts";
import type { LumiHistogram } from "./histogram.ts";
import type { LumiScore } from "./lumi-scores.ts";
import type { HistogramModel } from "./model.ts";
import { judgeRun } from "./verdicts.ts";

/** Lumisections of a run that are explained bin by bin. */
const MOST_EXPLAINED = 10;

/** Where the bins of bad lumisections can be found again. */
export type FindHistogram = (lumi: number, name: string) => Pick<LumiHistogram, "lumi" | "name" | "counts"> | null;

export interface CertifyParts {
  readonly run: number;
  readonly scores: readonly LumiScore[];
  readonly excluded?: GoldenRanges | undefined;
  readonly models: ReadonlyMap<string, HistogramModel>;
  readonly detector: string;
  readonly find: FindHistogram;
  readonly now: Date;
}

/** The machine's judgement of a run, with the bins of its worst lumisections. */
export function certifyRun({ run, scores, excluded, models, detector, find, now }: CertifyParts): JudgedRun {
  const explainers = new Map<string, Explainer>();
  const explain = ({ lumi, histogram }: LumiVerdict): readonly BinEvidence[] => {
    const name = histogram ?? "";
    const model = models.get(name);
    const found = find(lumi, name);
    if (model === undefined || found === null) {
      return [];
    }
    const by = explainers.get(name) ?? explainer(model.set);
    explainers.set(name, by);
    return [by(found)];
  };
  const lumis = judgeRun(run, scores, excluded);
  return { run, judgedAt: now, detector, lumis, evidence: worstOf(lumis).flatMap(explain) };
}

/** The worst lumisection of each bad stretch, worst first: what {@link certifyRun} wants to find again. */
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
export function worstEvidence({ evidence }: Pick<JudgedRun, "evidence">): readonly string[] {
  const [worst] = evidence;
  return worst === undefined ? [] : describeEvidence(worst).map((one) => `${worst.histogram}, ${one}`);
}
