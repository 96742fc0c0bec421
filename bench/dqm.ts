// Detectors of bad lumisections on runs left out in time order, their power against planted faults, slow growth, and speed: see bench/README.md.
import { cpus } from "node:os";
import { seededRandom } from "../src/detect/math/random.ts";
import { newNotes, readHistograms } from "../src/dqm/files/histogram-files.ts";
import type { ShapeDetector } from "../src/dqm/judge/detectors/detector.ts";
import { stretched } from "../src/dqm/judge/detectors/gain.ts";
import { SHAPE_DETECTORS } from "../src/dqm/judge/detectors/registry.ts";
import { type LumiHistogram, shapeOf } from "../src/dqm/judge/histogram.ts";
import { lumiScores } from "../src/dqm/judge/lumi-scores.ts";
import { fitHistogram, type HistogramModel } from "../src/dqm/judge/model.ts";
import { ALONE, AROUND, BEFORE, type Neighbourhood } from "../src/dqm/judge/neighbours.ts";
import { collectReferences } from "../src/dqm/judge/references.ts";
import { figuresOf, type JudgedHistogram, runWiseScores } from "../src/dqm/judge/run-wise.ts";

const SEED = 1;
const FEWEST = 120;
const [file, ...labels] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: tsx bench/dqm.ts HISTOGRAMS.csv[.gz] [LABEL …]");
  process.exit(2);
}
const wanted = labels.length === 0 ? ["good_pixel", "good"] : labels;
const all = [];
for await (const one of readHistograms(file, { labels: wanted, notes: newNotes() })) {
  all.push(one);
}
all.sort((a, b) => a.run - b.run || a.lumi - b.lumi);
console.log(`${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`);
for (const label of wanted) {
  const judged = all.map((one): JudgedHistogram => ({ ...one, bad: one.labels.get(label) === 0 }));
  console.log(`${label}: ${judged.length} lumisections, ${judged.filter(({ bad }) => bad).length} bad`);
  console.log("  detector         ROC-AUC  PR-AUC  found   falsely bad  times more  false discoveries  seconds");
  for (const detector of SHAPE_DETECTORS) {
    if (detector.name === "default") {
      await print("default causal", detector, BEFORE, judged);
      await print("default around", detector, AROUND, judged);
    }
    await print(detector.name === "default" ? "default alone" : detector.name, detector, ALONE, judged);
  }
}
await printRuns(all.map((one): JudgedHistogram => ({ ...one, bad: one.labels.get(wanted[0] as string) === 0 })));
await printPower(all.map((one): JudgedHistogram => ({ ...one, bad: one.labels.get("good") === 0 })));

async function print(
  name: string,
  detector: ShapeDetector,
  neighbours: Neighbourhood,
  judged: readonly JudgedHistogram[],
) {
  const began = performance.now();
  const figures = figuresOf(name, await runWiseScores(detector, judged, { seed: SEED, neighbours }), judged);
  const seconds = (performance.now() - began) / 1000;
  const { rocAuc, prAuc, found, falselyBad, timesMore, falseDiscoveries } = figures;
  const numbers = [rocAuc, prAuc, found, falselyBad, timesMore, falseDiscoveries].map((one) => one.toFixed(3));
  console.log(`  ${name.padEnd(16)} ${numbers.join("  ")}  ${seconds.toFixed(1)}`);
}

async function printRuns(judged: readonly JudgedHistogram[]) {
  console.log("by run, default causal: falsely bad of good, found of bad");
  const [detector] = SHAPE_DETECTORS;
  const { ratios } = await runWiseScores(detector as ShapeDetector, judged, { seed: SEED, neighbours: BEFORE });
  for (const run of new Set(judged.map((one) => one.run))) {
    const those = judged.flatMap((one, at) => (one.run === run ? [{ bad: one.bad, ratio: ratios[at] as number }] : []));
    const called = (bad: boolean) => {
      const kind = those.filter((one) => one.bad === bad);
      return `${kind.filter(({ ratio }) => ratio >= 1).length}/${kind.length}`;
    };
    console.log(`  ${run}: ${called(false)}  ${called(true)}`);
  }
}

interface Fault {
  readonly name: string;
  /** @param strength 0 to 1, of its full strength */
  readonly plant: (counts: Float64Array, strength: number, random: () => number) => Float64Array;
}

/** Faults on the axis's inner bins; their full strength is in the name. */
function faultsOf(bins: number): readonly Fault[] {
  const at = (share: number) => Math.round(share * bins);
  const scaled = (from: number, to: number, factor: number) => (counts: Float64Array, strength: number) =>
    counts.map((count, bin) => (bin >= from && bin < to ? count * (1 + strength * (factor - 1)) : count));
  return [
    { name: "one bin lost", plant: scaled(at(0.3), at(0.3) + 1, 0) },
    { name: "four bins lost", plant: scaled(at(0.3), at(0.3) + 4, 0) },
    { name: "tenth of the axis: 30 % lost", plant: scaled(at(0.2), at(0.3), 0.7) },
    { name: "fifth of the axis: 30 % lost", plant: scaled(at(0.6), at(0.8), 0.7) },
    { name: "tenth of the axis: 30 % more", plant: scaled(at(0.4), at(0.5), 1.3) },
    {
      name: "bump with 30 % of the entries",
      plant: (counts, strength) => bump(counts, at(0.6), at(0.66), 0.3 * strength),
    },
    { name: "noise: 10 % of the entries anywhere", plant: (counts, strength) => bump(counts, 0, bins, 0.1 * strength) },
    {
      name: "bins scattered by 20 %",
      plant: (counts, strength, random) => counts.map((one) => one * (1 + 0.4 * strength * (random() - 0.5) * 1.73)),
    },
    { name: "smeared over 5 bins", plant: (counts, strength) => smeared(counts, Math.round(2 * strength)) },
    { name: "shifted by 3 bins", plant: (counts, strength) => shifted(counts, 3 * strength) },
    { name: "shifted by 6 bins", plant: (counts, strength) => shifted(counts, 6 * strength) },
    { name: "gain 1.1", plant: (counts, strength) => stretchedCounts(counts, 1 + 0.1 * strength) },
    { name: "gain 1.3", plant: (counts, strength) => stretchedCounts(counts, 1 + 0.3 * strength) },
  ];
}

function bump(counts: Float64Array, from: number, to: number, share: number): Float64Array {
  const total = counts.reduce((sum, one) => sum + one, 0);
  return counts.map((one, bin) => (bin >= from && bin < to ? one + (share * total) / (to - from) : one));
}

function smeared(counts: Float64Array, reach: number): Float64Array {
  return counts.map((_, bin) => {
    const around = counts.slice(Math.max(bin - reach, 0), bin + reach + 1);
    return around.reduce((sum, one) => sum + one, 0) / around.length;
  });
}

function shifted(counts: Float64Array, by: number): Float64Array {
  return counts.map((_, bin) => between(counts, bin - by));
}

function stretchedCounts(counts: Float64Array, gain: number): Float64Array {
  const total = counts.reduce((sum, one) => sum + one, 0);
  return stretched(shapeOf(counts), true, gain).map((share) => share * total);
}

function between(counts: Float64Array, place: number): number {
  const low = Math.floor(place);
  const [a, b] = [counts[low] ?? 0, counts[low + 1] ?? 0];
  return a + (place - low) * (b - a);
}

/** Faults planted into each long good run from its 40th lumisection on, at once and growing over 200; the run itself is not in the references. */
async function printPower(judged: readonly JudgedHistogram[]) {
  const runs = [...new Set(judged.map((one) => one.run))].filter(
    (run) => judged.filter((one) => one.run === run && !one.bad).length >= FEWEST,
  );
  console.log(
    `power: share of lumisections found after the fault began, at once (half, full) | growing over 200: found after, share of those at full strength`,
  );
  for (const fault of faultsOf(judged[0]?.counts.length ?? 0)) {
    const cells: string[] = [];
    for (const run of runs) {
      const model = await modelWithout(judged, run);
      const good = judged.filter((one) => one.run === run && !one.bad).slice(0, 320);
      const half = foundFrom(model, good, fault, (at) => (at < 40 ? 0 : 0.5)).filter(Boolean);
      const full = foundFrom(model, good, fault, (at) => (at < 40 ? 0 : 1)).filter(Boolean);
      const slow = foundFrom(model, good, fault, (at) => Math.min(Math.max(at - 40, 0) / 200, 1));
      const after = slow.indexOf(true);
      const grown = slow.slice(200);
      const share = grown.length === 0 ? "run too short" : (grown.filter(Boolean).length / grown.length).toFixed(2);
      const of = good.length - 40;
      cells.push(
        `${run}: ${(half.length / of).toFixed(2)} ${(full.length / of).toFixed(2)} | ${after < 0 ? "never" : after} ${share}`,
      );
    }
    console.log(`  ${fault.name.padEnd(38)} ${cells.join("   ")}`);
  }
}

async function modelWithout(judged: readonly JudgedHistogram[], run: number): Promise<HistogramModel> {
  const others = judged.filter((one) => one.run !== run && !one.bad);
  const before = others.filter((one) => one.run < run);
  const references = collectReferences(SEED);
  for (const one of before.length > 0 ? before : others) {
    references.add(one);
  }
  return fitHistogram(SHAPE_DETECTORS[0] as ShapeDetector, references.sets()[0] as never, SEED);
}

/** Whether each lumisection after the 40th is called bad. */
function foundFrom(
  model: HistogramModel,
  good: readonly LumiHistogram[],
  fault: Fault,
  strength: (at: number) => number,
): readonly boolean[] {
  const random = seededRandom(SEED);
  const run = good[0]?.run ?? 0;
  const judge = model.begin(run, []);
  const scores = Float64Array.from(
    good,
    ({ counts }, at) => judge.next(fault.plant(counts, strength(at), random)).score,
  );
  const lumis = good.map(({ lumi }) => lumi);
  const gains = new Float32Array(scores.length);
  return lumiScores(run, [{ name: "", threshold: model.threshold, lumis, scores, gains }], BEFORE)
    .map(({ score }) => score >= 1)
    .slice(40);
}
