import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError } from "../../alert/user-error.ts";
import type { LumiHistogram } from "../judge/histogram.ts";
import { judgeInOrder } from "../judge/in-order.ts";
import type { LumiScore } from "../judge/lumi-scores.ts";
import { AROUND, type Neighbourhood } from "../judge/neighbours.ts";
import { createRunScores, type RunScores } from "../judge/run-scores.ts";
import type { DqmModel } from "../judge/saved.ts";
import { newNotes, note, type ReadNotes, readHistograms } from "./histogram-files.ts";

/** Counts (bins of all histograms) that are put in order in memory; a file whose rows are in order may have any number. */
const MOST_UNORDERED = 40_000_000;
const MOST_UNKNOWN = 100;

/** One run of a file. */
export interface ScoredRun {
  readonly run: number;
  readonly scores: readonly LumiScore[];
  /** The counts of a lumisection that scored badly. */
  find(lumi: number, name: string): LumiHistogram | null;
}

/**
 * Scores the runs of a file in their order, one after the other; memory depends on the longest run only when the rows are in order of run and
 * lumisection. Of a lumisection that is there twice the last row counts. Histograms that the model does not know, or with other bins, are noted and left
 * out.
 * @throws UserError when the file cannot be read, has nothing that the model knows, or is out of order and too large to be put in order
 */
export async function* scoreRuns(
  model: DqmModel,
  file: string,
  notes: ReadNotes,
  neighbourhood: Neighbourhood = AROUND,
): AsyncGenerator<ScoredRun> {
  const judges = judgeInOrder(model.histograms);
  const finish = (run: number, kept: RunScores): ScoredRun => ({
    run,
    scores: kept.scores(model.histograms, neighbourhood),
    find: kept.find,
  });
  let current: { readonly run: number; readonly kept: RunScores } | null = null;
  for await (const histogram of inOrder(model, file, notes)) {
    const { run, lumi, name } = histogram;
    if (current !== null && current.run !== run) {
      yield finish(current.run, current.kept);
      current = null;
    }
    current ??= { run, kept: createRunScores(run) };
    const known = model.histograms.get(name);
    const found = judges.judge(histogram);
    if (known !== undefined && found !== null) {
      current.kept.add(histogram, found, known.threshold);
    } else {
      note(notes, `${file}: run ${run} lumisection ${lumi} of "${name}" could not be judged`);
    }
  }
  if (current === null) {
    const names = [...model.histograms.keys()].slice(0, 3).join(", ");
    throw new UserError(`no histogram that the model knows (${names})`, file, "train on these histograms first");
  }
  yield finish(current.run, current.kept);
}

/** The histograms of a file that the model knows, by run and lumisection, ascending. */
async function* inOrder(model: DqmModel, file: string, notes: ReadNotes): AsyncGenerator<LumiHistogram> {
  if (await isInOrder(model, file)) {
    yield* knownHistograms(model, file, notes);
    return;
  }
  const all = new Map<string, LumiHistogram>();
  let counts = 0;
  for await (const histogram of knownHistograms(model, file, notes)) {
    const { run, lumi, name } = histogram;
    const key = JSON.stringify([run, lumi, name]);
    if (all.has(key)) {
      note(notes, `${file}: run ${run} lumisection ${lumi} of "${name}" is there twice, the last one counts`);
    }
    all.set(key, histogram);
    counts += histogram.counts.length;
    if (counts > MOST_UNORDERED) {
      throw new UserError(
        `its rows are not in order of run and lumisection, and are too many (over ${MOST_UNORDERED} counts) to be put in order`,
        file,
        "sort it by run and lumisection, or split it by run",
      );
    }
  }
  yield* [...all.values()].sort((a, b) => a.run - b.run || a.lumi - b.lumi);
}

/** True when runs follow each other and the lumisections of each histogram ascend, none twice. */
async function isInOrder(model: DqmModel, file: string): Promise<boolean> {
  const last = new Map<string, number>();
  let current = 0;
  for await (const { run, lumi, name } of knownHistograms(model, file, newNotes())) {
    if (run < current) {
      return false;
    }
    if (run > current) {
      current = run;
      last.clear();
    }
    if (lumi <= (last.get(name) ?? 0)) {
      return false;
    }
    last.set(name, lumi);
  }
  return true;
}

async function* knownHistograms(model: DqmModel, file: string, notes: ReadNotes): AsyncGenerator<LumiHistogram> {
  const unknown = new Set<string>();
  for await (const histogram of readHistograms(file, { notes })) {
    const { run, lumi, name, counts } = histogram;
    const known = model.histograms.get(name);
    if (known === undefined) {
      if (unknown.size < MOST_UNKNOWN && !unknown.has(name)) {
        unknown.add(name);
        note(notes, `${file}: histogram "${name}" is not in the model`);
      }
      continue;
    }
    if (counts.length !== known.set.bins) {
      const expected = `the model's "${name}" has ${known.set.bins}`;
      note(notes, `${file}: run ${run} lumisection ${lumi}: ${counts.length} counts, ${expected}`);
      continue;
    }
    yield histogram;
  }
}

/** How many lumisections were scored, are bad, and have no entries. */
export interface ScoreSummary {
  lumisections: number;
  bad: number;
  empty: number;
}

/** Writes `run,lumi,score,verdict,histogram,gain`, whole or not at all; NaN and STANDBY where a lumisection has no entries. */
export async function writeScores(path: string, runs: AsyncIterable<ScoredRun>): Promise<ScoreSummary> {
  const summary = { lumisections: 0, bad: 0, empty: 0 };
  await mkdir(dirname(path), { recursive: true });
  const file = await open(`${path}.new`, "w");
  try {
    await file.write("run,lumi,score,verdict,histogram,gain\n");
    for await (const { scores } of runs) {
      await file.write(scores.map(rowOf).join(""));
      summary.lumisections += scores.length;
      summary.bad += scores.filter(({ score }) => score >= 1).length;
      summary.empty += scores.filter(({ score }) => Number.isNaN(score)).length;
    }
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  return summary;
}

function rowOf({ run, lumi, score, histogram, gain }: LumiScore): string {
  const verdict = Number.isNaN(score) ? "STANDBY" : score >= 1 ? "BAD" : "GOOD";
  const shown = Number.isNaN(score) ? "NaN" : score.toPrecision(8);
  const name = /[",\n]/.test(histogram ?? "") ? `"${histogram?.replaceAll('"', '""')}"` : (histogram ?? "");
  return `${run},${lumi},${shown},${verdict},${name},${gain?.toPrecision(4) ?? ""}\n`;
}
