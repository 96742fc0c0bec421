import type { ShapeDetector } from "./detectors/detector.ts";
import type { LumiHistogram } from "./histogram.ts";
import { lumiScores } from "./lumi-scores.ts";
import { fitHistogram } from "./model.ts";
import type { Neighbourhood } from "./neighbours.ts";
import { averagePrecision, rocAuc } from "./rates.ts";
import { collectReferences } from "./references.ts";

/** A lumisection with a person's verdict. */
export interface JudgedHistogram extends LumiHistogram {
  readonly bad: boolean;
}

/** How well a detector ranks bad lumisections of runs that it has not seen above good ones. */
export interface RunWiseFigures {
  readonly detector: string;
  readonly rocAuc: number;
  readonly prAuc: number;
  /** At the detector's own threshold: share of bad lumisections found, and of good ones called bad. */
  readonly found: number;
  readonly falselyBad: number;
  /** How much more often bad lumisections are called bad than good ones. */
  readonly timesMore: number;
  /** Share of good ones among those called bad. */
  readonly falseDiscoveries: number;
}

export interface RunWiseOptions {
  readonly seed: number;
  /** What a lumisection is seen together with. */
  readonly neighbours: Neighbourhood;
}

/** In the order of the judged lumisections. */
export interface RunWiseScores {
  /** In the detector's own units. */
  readonly scores: Float64Array;
  /** Score over the detector's threshold: 1 and more is bad. */
  readonly ratios: Float64Array;
}

/**
 * Scores of the judged lumisections of one histogram, each by a model fitted on the good ones of the runs before its own, as it would have been; of the
 * runs after it where there are none.
 */
export async function runWiseScores(
  detector: ShapeDetector,
  judged: readonly JudgedHistogram[],
  { seed, neighbours }: RunWiseOptions,
): Promise<RunWiseScores> {
  const ratios = new Float64Array(judged.length).fill(Number.NaN);
  const scores = new Float64Array(judged.length).fill(Number.NaN);
  for (const run of new Set(judged.map((one) => one.run))) {
    const references = collectReferences(seed);
    const others = judged.filter((one) => one.run !== run && !one.bad);
    const before = others.filter((one) => one.run < run);
    for (const one of before.length > 0 ? before : others) {
      references.add(one);
    }
    const [set] = references.sets();
    const model = await fitHistogram(detector, set as NonNullable<typeof set>, seed);
    const held = judged
      .flatMap((one, at) => (one.run === run ? [{ one, at }] : []))
      .sort((a, b) => a.one.lumi - b.one.lumi);
    const judge = model.begin(run, []);
    const raw = Float64Array.from(held, ({ one }) => judge.next(one.counts).score);
    const lumis = held.map(({ one }) => one.lumi);
    const gains = new Float32Array(raw.length).fill(Number.NaN);
    const histogram = { name: "", threshold: model.threshold, lumis, scores: raw, gains };
    const given = lumiScores(run, [histogram], neighbours);
    const byLumi = new Map(given.map(({ lumi, score }) => [lumi, score]));
    for (const { one, at } of held) {
      ratios[at] = byLumi.get(one.lumi) ?? Number.NaN;
      scores[at] = (ratios[at] as number) * model.threshold;
    }
  }
  return { scores, ratios };
}

/** ROC-AUC and average precision over all runs together, empty histograms left out. */
export function figuresOf(
  detector: string,
  { scores, ratios }: RunWiseScores,
  judged: readonly JudgedHistogram[],
): RunWiseFigures {
  const kept = judged.flatMap(({ bad }, at) => {
    const one = { bad, score: scores[at] as number, ratio: ratios[at] as number };
    return Number.isNaN(one.score) ? [] : [one];
  });
  const values = kept.map(({ score }) => score);
  const bad = kept.map((one) => one.bad);
  const called = (wanted: boolean) => kept.filter((one) => one.bad === wanted && one.ratio >= 1).length;
  const found = called(true) / bad.filter(Boolean).length;
  const falselyBad = called(false) / bad.filter((one) => !one).length;
  return {
    detector,
    rocAuc: rocAuc(values, bad),
    prAuc: averagePrecision(values, bad),
    found,
    falselyBad,
    timesMore: found / falselyBad,
    falseDiscoveries: called(false) / (called(false) + called(true)),
  };
}
