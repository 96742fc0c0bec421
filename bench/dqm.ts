// Detectors of bad lumisections on runs they have not seen, and a nested choice between ways to combine them: see bench/README.md.
import { cpus } from "node:os";
import { newNotes, readHistograms } from "../src/dqm/files/histogram-files.ts";
import { betaBinomialDetector } from "../src/dqm/judge/detectors/beta-binomial.ts";
import { combined } from "../src/dqm/judge/detectors/default.ts";
import type { ShapeDetector } from "../src/dqm/judge/detectors/detector.ts";
import { pcaDetector } from "../src/dqm/judge/detectors/pca.ts";
import { pullDetector } from "../src/dqm/judge/detectors/pull.ts";
import { SHAPE_DETECTORS } from "../src/dqm/judge/detectors/registry.ts";
import { kolmogorovDetector } from "../src/dqm/judge/detectors/tests.ts";
import { fitHistogram } from "../src/dqm/judge/model.ts";
import { ALONE, AROUND, BEFORE, type Neighbourhood } from "../src/dqm/judge/neighbours.ts";
import { collectReferences } from "../src/dqm/judge/references.ts";
import { figuresOf, type JudgedHistogram, runWiseScores } from "../src/dqm/judge/run-wise.ts";

const SEED = 1;
const [file, ...labels] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: tsx bench/dqm.ts HISTOGRAMS.csv[.gz] [LABEL …]");
  process.exit(2);
}

interface Candidate {
  readonly name: string;
  readonly detector: ShapeDetector;
  readonly neighbours: Neighbourhood;
}

const COMBINATIONS: readonly (readonly ShapeDetector[])[] = [
  [pullDetector, betaBinomialDetector, kolmogorovDetector],
  [pullDetector],
  [pullDetector, kolmogorovDetector],
  [pullDetector, betaBinomialDetector, kolmogorovDetector, pcaDetector],
];
/** The first is what `default` is for few runs; of equals the first is chosen. */
const CANDIDATES: readonly Candidate[] = COMBINATIONS.flatMap((members) =>
  [0.5, 0, 0.75].map((weight) => {
    const name = members.map((member) => member.name).join("+");
    const detector = combined(name, name, () => members);
    return { name: `${name} neighbours ${weight}`, detector, neighbours: { ...AROUND, weight } };
  }),
);

const wanted = labels.length === 0 ? ["good_pixel", "good"] : labels;
const all = [];
for await (const one of readHistograms(file, { labels: wanted, notes: newNotes() })) {
  all.push(one);
}
console.log(`${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`);
for (const label of wanted) {
  const judged = all.map((one): JudgedHistogram => ({ ...one, bad: one.labels.get(label) === 0 }));
  console.log(`${label}: ${judged.length} lumisections, ${judged.filter(({ bad }) => bad).length} bad`);
  for (const detector of SHAPE_DETECTORS) {
    if (detector.name === "default") {
      await print("default", detector, AROUND, judged);
      await print("default causal", detector, BEFORE, judged);
    }
    await print(detector.name === "default" ? "default alone" : detector.name, detector, ALONE, judged);
  }
  await printNested(judged);
  await printSpeed(judged);
}

async function print(
  name: string,
  detector: ShapeDetector,
  neighbours: Neighbourhood,
  judged: readonly JudgedHistogram[],
) {
  const began = performance.now();
  const figures = figuresOf(name, await runWiseScores(detector, judged, { seed: SEED, neighbours }), judged);
  const seconds = (performance.now() - began) / 1000;
  const numbers = [figures.rocAuc, figures.prAuc, figures.found, figures.falselyBad].map((one) => one.toFixed(4));
  console.log(`  ${name.padEnd(16)} ${numbers.join("  ")}  ${seconds.toFixed(1)} s`);
}

/** Each run judged by the candidate that did best on the other runs, themselves judged run by run. */
async function printNested(judged: readonly JudgedHistogram[]) {
  const scores = new Float64Array(judged.length).fill(Number.NaN);
  const ratios = new Float64Array(judged.length).fill(Number.NaN);
  const chosen: string[] = [];
  for (const run of new Set(judged.map((one) => one.run))) {
    const others = judged.filter((one) => one.run !== run);
    const best = await chooseOn(others);
    chosen.push(`${run}: ${best.name}`);
    const outer = await runWiseScores(best.detector, judged, { seed: SEED, neighbours: best.neighbours });
    for (const [at, one] of judged.entries()) {
      if (one.run === run) {
        scores[at] = outer.scores[at] as number;
        ratios[at] = outer.ratios[at] as number;
      }
    }
  }
  const { rocAuc, prAuc } = figuresOf("nested", { scores, ratios }, judged);
  console.log(`  nested choice    ${rocAuc.toFixed(4)}  ${prAuc.toFixed(4)}  (${[...new Set(chosen)].join("; ")})`);
}

async function chooseOn(others: readonly JudgedHistogram[]): Promise<Candidate> {
  let best = { candidate: CANDIDATES[0] as Candidate, auc: Number.NEGATIVE_INFINITY };
  const goodRuns = new Set(others.filter(({ bad }) => !bad).map(({ run }) => run));
  if (goodRuns.size < 2) {
    // Without a second good run nothing can be judged run by run.
    return best.candidate;
  }
  for (const candidate of CANDIDATES) {
    const options = { seed: SEED, neighbours: candidate.neighbours };
    const { rocAuc } = figuresOf("", await runWiseScores(candidate.detector, others, options), others);
    if (rocAuc > best.auc + 0.002) {
      best = { candidate, auc: rocAuc };
    }
  }
  return best.candidate;
}

async function printSpeed(judged: readonly JudgedHistogram[]) {
  const references = collectReferences(SEED);
  for (const one of judged) {
    if (!one.bad) {
      references.add(one);
    }
  }
  const [set] = references.sets();
  const model = await fitHistogram(SHAPE_DETECTORS[0] as ShapeDetector, set as NonNullable<typeof set>, SEED);
  const began = performance.now();
  for (const { counts } of judged) {
    model.score(counts);
  }
  const each = ((performance.now() - began) * 1000) / judged.length;
  console.log(`  default scores one lumisection in ${each.toFixed(0)} µs`);
}
