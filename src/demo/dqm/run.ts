import type { JudgedRun } from "../../alert/dqm.ts";
import { seededRandom } from "../../detect/math/random.ts";
import { certifyRun } from "../../dqm/judge/certify.ts";
import type { LumiHistogram } from "../../dqm/judge/histogram.ts";
import { judgeInOrder } from "../../dqm/judge/in-order.ts";
import { AROUND } from "../../dqm/judge/neighbours.ts";
import { collectReferences } from "../../dqm/judge/references.ts";
import { createRunScores } from "../../dqm/judge/run-scores.ts";
import { type DqmModel, fitDqm } from "../../dqm/judge/saved.ts";

const NAME = "CSC/hOccupancy ME+2";
const BINS = 36;
const SEED = 5;
const GOOD_RUNS = [383_901, 383_912, 383_934, 383_950];
const GOOD_LUMIS = 40;
const ENTRIES = 20_000;
/** The run of the story, its length, and the chambers and lumisections that go dark. */
const LUMIS = 240;
const DARK = { from: 112, to: 131, bins: [14, 15, 16, 17] } as const;
const HARDLY = 0.02;

/** Judges a run that does not exist by the real detector, which has learnt from good runs that do not exist either. */
export async function judgeSimulatedRun(run: number, now: Date): Promise<JudgedRun> {
  const random = seededRandom(SEED + run);
  const model = await trainOnGoodRuns();
  const histograms = Array.from({ length: LUMIS }, (_, index) =>
    histogramOf(run, index + 1, random, isDark(index + 1)),
  );
  const judges = judgeInOrder(model.histograms);
  const kept = createRunScores(run);
  for (const histogram of histograms) {
    const found = judges.judge(histogram) ?? { score: Number.NaN, gain: null };
    kept.add(histogram, found, model.histograms.get(NAME)?.threshold ?? 1);
  }
  return certifyRun({
    run,
    scores: kept.scores(model.histograms, AROUND),
    models: model.histograms,
    detector: model.detector,
    find: (lumi) => histograms[lumi - 1] ?? null,
    now,
  });
}

async function trainOnGoodRuns(): Promise<DqmModel> {
  const references = collectReferences(SEED);
  for (const run of GOOD_RUNS) {
    const random = seededRandom(run);
    for (let lumi = 1; lumi <= GOOD_LUMIS; lumi++) {
      references.add(histogramOf(run, lumi, random, false));
    }
  }
  return fitDqm("default", references.sets(), SEED);
}

function isDark(lumi: number): boolean {
  return lumi >= DARK.from && lumi <= DARK.to;
}

/** Occupancy by chamber: a smooth shape that is a little different in every run, and counting noise. */
function histogramOf(run: number, lumi: number, random: () => number, dark: boolean): LumiHistogram {
  const tilt = 0.02 * Math.sin(run);
  const counts = Float64Array.from({ length: BINS }, (_, bin) => {
    const shape = (1 + 0.35 * Math.sin((2 * Math.PI * bin) / BINS) + tilt * (bin / BINS - 0.5)) / BINS;
    const isGone = dark && (DARK.bins as readonly number[]).includes(bin);
    const expected = ENTRIES * shape * (isGone ? HARDLY : 1);
    // The sum of twelve uniform numbers less six is nearly a standard normal one.
    const noise = Array.from({ length: 12 }, random).reduce((sum, one) => sum + one, -6);
    return Math.max(0, Math.round(expected + noise * Math.sqrt(expected)));
  });
  const entries = counts.reduce((sum, count) => sum + count, 0);
  return { run, lumi, name: NAME, counts, axis: { min: 1, max: BINS + 1, flows: false }, entries };
}
