// A shift of many histograms, judged through `dqm score`'s own path: time, memory, false verdicts, and faults of one part: see bench/dqm.md.
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { seededRandom } from "../src/detect/math/random.ts";
import { newNotes } from "../src/dqm/files/histogram-files.ts";
import { trainDqm } from "../src/dqm/files/model.ts";
import { scoreRuns, writeScores } from "../src/dqm/files/score.ts";

const BINS = 100;
const PARTS = [
  "Pixel/Barrel",
  "Pixel/Endcap",
  "Strip/TIB",
  "Strip/TOB",
  "ECAL/EB",
  "ECAL/EE",
  "HCAL/HB",
  "Muon/CSC",
  "Muon/DT",
  "L1T/GMT",
];
const ENTRIES = 20_000;
const TRAINED = [1000, 1010];
const JUDGED = 1020;
const [histograms = 500, lumisections = 2000] = process.argv.slice(2).map(Number);
/** A tenth of one part's histograms lose four bins for a while. */
const FAULT = { part: 2, from: Math.round(0.6 * lumisections), length: Math.round(0.05 * lumisections) };

const folder = await mkdtemp(join(tmpdir(), "dqm-many-"));
try {
  console.log(`${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`);
  await make(join(folder, "train.csv"), TRAINED, 30);
  await make(join(folder, "shift.csv"), [JUDGED], lumisections);
  const choices = { detector: "default", seed: 1, label: "good" };
  const model = await trainDqm([join(folder, "train.csv")], choices, newNotes());
  const began = { wall: performance.now(), cpu: process.cpuUsage() };
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 200);
  const out = join(folder, "scores.csv");
  const { bad } = await writeScores(out, scoreRuns(model, join(folder, "shift.csv"), newNotes()));
  clearInterval(watch);
  const seconds = (performance.now() - began.wall) / 1000;
  const { user, system } = process.cpuUsage(began.cpu);
  console.log(
    `${histograms} histograms × ${lumisections} lumisections: ${seconds.toFixed(0)} s, processor ${((user + system) / 1e6).toFixed(0)} s, at most ${(most / 1e6).toFixed(0)} MB resident`,
  );
  const rows = (await readFile(out, "utf8"))
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.split(","));
  const inFault = (lumi: number) => lumi >= FAULT.from && lumi < FAULT.from + FAULT.length;
  const found = rows.filter(([, lumi, , verdict]) => verdict === "BAD" && inFault(Number(lumi))).length;
  console.log(`falsely bad ${bad - found} of ${lumisections - FAULT.length}, found ${found} of ${FAULT.length}`);
} finally {
  await rm(folder, { recursive: true });
}

async function make(path: string, runs: readonly number[], lumis: number): Promise<void> {
  await pipeline(rows(runs, lumis), createWriteStream(path));
}

function* rows(runs: readonly number[], lumis: number): Generator<string> {
  const bins = Array.from({ length: BINS }, (_, bin) => `bin_${bin}`).join(",");
  yield `run,lumi,hname,xmin,xmax,xbins,${bins}\n`;
  const random = seededRandom(7);
  for (const run of runs) {
    const drifts = Array.from({ length: histograms }, () => 1 + 0.08 * (random() - 0.5));
    for (let lumi = 1; lumi <= lumis; lumi++) {
      for (let at = 0; at < histograms; at++) {
        const within = 1 + (0.03 * lumi) / lumis;
        yield `${run},${lumi},${PARTS[at % PARTS.length]}/h${at},0,100,${BINS},${counts(at, (drifts[at] as number) * within, run === JUDGED && faulty(at, lumi), random)}\n`;
      }
    }
  }
}

function faulty(at: number, lumi: number): boolean {
  return (
    at % PARTS.length === FAULT.part &&
    at % (10 * PARTS.length) === FAULT.part &&
    lumi >= FAULT.from &&
    lumi < FAULT.from + FAULT.length
  );
}

function counts(at: number, scale: number, isFaulty: boolean, random: () => number): string {
  const middle = (20 + (at % 40)) * scale;
  const width = 8 + (at % 11);
  let text = "";
  for (let bin = 0; bin < BINS; bin++) {
    const share = (Math.exp(-(((bin - middle) / width) ** 2) / 2) / (width * 2.507) + 0.002) / 1.2;
    const mean = isFaulty && bin >= 24 && bin < 28 ? 0 : ENTRIES * share;
    const noise = random() + random() + random() + random() - 2;
    text += `${bin === 0 ? "" : ","}${Math.max(Math.round(mean + noise * 1.73 * Math.sqrt(mean)), 0)}`;
  }
  return text;
}
