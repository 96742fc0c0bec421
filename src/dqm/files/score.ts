import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError } from "../../alert/user-error.ts";
import { type LumiScore, lumiScores } from "../judge/model.ts";
import { AROUND, type Neighbourhood } from "../judge/neighbours.ts";
import type { QualityModel } from "../judge/saved.ts";
import { note, type ReadNotes, readHistograms } from "./histogram-files.ts";

/** Scores kept at once: two numbers a histogram and lumisection. A year of one histogram is a fifth of it. */
const MOST_SCORES = 10_000_000;

/**
 * Scores every lumisection of a file, in any order of runs; of a lumisection that is there twice the last row counts. Histograms that the model does
 * not know, or with other bins, are noted and left out.
 * @throws UserError when the file cannot be read or has nothing that the model knows
 */
export async function scoreQuality(
  model: QualityModel,
  file: string,
  notes: ReadNotes,
  neighbourhood: Neighbourhood = AROUND,
): Promise<readonly LumiScore[]> {
  const raw = new Map<string, Map<number, Map<number, number>>>();
  const unknown = new Set<string>();
  let kept = 0;
  for await (const { run, lumi, name, counts } of readHistograms(file, { notes })) {
    const known = model.histograms.get(name);
    if (known === undefined) {
      if (unknown.size < MOST_UNKNOWN && !unknown.has(name)) {
        unknown.add(name);
        note(notes, `${file}: histogram "${name}" is not in the model`);
      }
      continue;
    }
    if (counts.length !== known.set.bins) {
      note(
        notes,
        `${file}: run ${run} lumisection ${lumi}: ${counts.length} counts, the model's "${name}" has ${known.set.bins}`,
      );
      continue;
    }
    if (++kept > MOST_SCORES) {
      throw new UserError(`more than ${MOST_SCORES} histograms`, file, "split the file by run");
    }
    const lumis = inside(inside(raw, name), run);
    if (lumis.has(lumi)) {
      note(notes, `${file}: run ${run} lumisection ${lumi} of "${name}" is there twice, the last one counts`);
    }
    lumis.set(lumi, known.score(counts));
  }
  if (kept === 0) {
    throw new UserError(
      `no histogram that the model knows (${[...model.histograms.keys()].slice(0, 3).join(", ")})`,
      file,
      "train on these histograms first",
    );
  }
  const thresholds = new Map([...model.histograms].map(([name, { threshold }]) => [name, threshold]));
  return lumiScores(raw, thresholds, neighbourhood);
}

const MOST_UNKNOWN = 100;

function inside<K, V>(map: Map<K, Map<number, V>>, key: K): Map<number, V> {
  const found = map.get(key) ?? new Map<number, V>();
  map.set(key, found);
  return found;
}

/** Writes `run,lumi,score`, whole or not at all; NaN where a lumisection has no entries. */
export async function writeScores(path: string, scores: readonly LumiScore[]): Promise<void> {
  const rows = scores.map(
    ({ run, lumi, score }) => `${run},${lumi},${Number.isNaN(score) ? "NaN" : score.toPrecision(8)}`,
  );
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, `run,lumi,score\n${rows.join("\n")}\n`);
  await rename(`${path}.new`, path);
}
