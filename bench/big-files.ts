// Files of any size, made and read to the end, with processor time and the highest memory: see bench/transfers.md and bench/dqm.md.
import { createWriteStream, existsSync, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { toEvent, transferStream } from "../src/demo/transfers/generator.ts";
import { seededRandom } from "../src/detect/math/random.ts";
import { newNotes } from "../src/dqm/files/histogram-files.ts";
import { loadDqmFrom, saveDqmIn, trainDqm } from "../src/dqm/files/model.ts";
import { scoreRuns, writeScores } from "../src/dqm/files/score.ts";
import { scoreTransfers } from "../src/transfers/files/score.ts";
import { readTransfers } from "../src/transfers/files/transfer-file.ts";
import { createCleanUp } from "../src/transfers/model/clean-up.ts";

const START = 1_772_323_200;
const KINDS = ["transfers.ndjson", "transfers.csv", "dqm.csv", "dqm.json"] as const;
type Kind = (typeof KINDS)[number];
const BINS = 102;
const LUMIS_A_RUN = 400;

const [verb, kindGiven, file, third] = process.argv.slice(2);
const kind = KINDS.find((one) => one === kindGiven);
if (kind === undefined || file === undefined || !["make", "read", "clean"].includes(verb ?? "")) {
  console.error(
    `usage: tsx bench/big-files.ts make ${KINDS.join("|")} FILE MEGABYTES\n       tsx bench/big-files.ts read KIND FILE SMALL_FILE_TO_LEARN_FROM      (read and scored)\n       tsx bench/big-files.ts clean KIND FILE                                (transfers: read and cleaned up only)`,
  );
  process.exit(2);
}
await (verb === "make"
  ? make(kind, file, Number(third))
  : verb === "clean"
    ? clean(kind, file)
    : read(kind, file, third as string));

async function make(what: Kind, path: string, megabytes: number): Promise<void> {
  const rows = { "transfers.ndjson": events, "transfers.csv": eventRows, "dqm.csv": lumiRows, "dqm.json": lumiObjects };
  await pipeline(sized(rows[what](), 1e6 * megabytes), createWriteStream(path));
}

/** Joined to blocks: a stream of single lines is slow. */
function* sized(lines: Iterable<string>, bytes: number): Generator<string> {
  let written = 0;
  let block = "";
  for (const line of lines) {
    block += line;
    if (block.length > 1 << 16) {
      written += block.length;
      yield block;
      block = "";
    }
    if (written >= bytes) {
      return;
    }
  }
}

function* events(): Generator<string> {
  for (const transfer of transferStream({ seed: 3, start: START, rate: 14, sites: 100 })) {
    yield `${JSON.stringify(toEvent(transfer))}\n`;
  }
}

function* eventRows(): Generator<string> {
  let header: string[] | null = null;
  for (const transfer of transferStream({ seed: 3, start: START, rate: 14, sites: 100 })) {
    const event = toEvent(transfer) as Record<string, unknown>;
    if (header === null) {
      header = Object.keys(event);
      yield `${header.join(",")}\n`;
    }
    yield `${header.map((name) => event[name] ?? "").join(",")}\n`;
  }
}

/** One hill of 102 bins with counting noise, a little another one in each run. */
function* lumis(): Generator<{ run: number; lumi: number; counts: number[] }> {
  const random = seededRandom(5);
  for (let run = 1; ; run++) {
    const [middle, width] = [35 + 2 * random(), 16 + random()];
    for (let lumi = 1; lumi <= LUMIS_A_RUN; lumi++) {
      const counts = Array.from({ length: BINS }, (_, bin) => {
        const expected = 3000 * Math.exp(-0.5 * ((bin - middle) / width) ** 2) + 30;
        return Math.round(expected + Math.sqrt(expected) * (random() + random() + random() - 1.5) * 2);
      });
      yield { run, lumi, counts };
    }
  }
}

function* lumiRows(): Generator<string> {
  yield `run,lumi,hname,xmin,xmax,xbins,${Array.from({ length: BINS }, (_, bin) => `bin_${bin}`).join(",")}\n`;
  for (const { run, lumi, counts } of lumis()) {
    yield `${run},${lumi},charge,0,80000,100,${counts.join(",")}\n`;
  }
}

function* lumiObjects(): Generator<string> {
  for (const { run, lumi, counts } of lumis()) {
    yield `${JSON.stringify({ run, lumi, name: "charge", xmin: 0, xmax: 80_000, xbins: 100, counts })}\n`;
  }
}

async function read(what: Kind, path: string, small: string): Promise<void> {
  const prepared = what.startsWith("transfers") ? null : await qualityModel(small);
  const began = process.cpuUsage();
  const wall = performance.now();
  const rows =
    prepared === null
      ? (await scoreTransfers({ train: small, test: path, out: `${path}.out`, model: "shrinkage", seed: 1 })).rows
      : (await writeScores(`${path}.out`, scoreRuns(prepared, path, newNotes()))).lumisections;
  report(what, path, rows, process.cpuUsage(began), wall);
}

async function clean(what: Kind, path: string): Promise<void> {
  const began = process.cpuUsage();
  const wall = performance.now();
  const cleanUp = createCleanUp();
  let rows = 0;
  for await (const { raw } of readTransfers(path)) {
    cleanUp.take(raw ?? {});
    rows++;
  }
  report(what, path, rows, process.cpuUsage(began), wall);
}

function report(what: Kind, path: string, rows: number, { user, system }: NodeJS.CpuUsage, wall: number): void {
  const megabytes = statSync(path).size / 1e6;
  const seconds = (user + system) / 1e6;
  console.log(
    `${what}: ${megabytes.toFixed(0)} MB, ${rows} rows in ${seconds.toFixed(0)} s of processor time ` +
      `(${((performance.now() - wall) / 1000).toFixed(0)} s on the clock): ${(megabytes / seconds).toFixed(1)} MB and ` +
      `${Math.round(rows / seconds)} rows a second, at most ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB resident`,
  );
}

async function qualityModel(small: string) {
  const choices = { detector: "default", seed: 1, label: "good" };
  const folder = `${small}.model`;
  if (!existsSync(folder)) {
    await saveDqmIn(folder, await trainDqm([small], choices, newNotes()));
    console.log("a model was trained: read again for figures of reading alone");
  }
  return loadDqmFrom(folder);
}
