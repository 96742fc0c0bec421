import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { DqmRange, JudgedRun } from "../../alert/dqm.ts";
import { certifyRun } from "../judge/certify.ts";
import type { GoldenRanges } from "../judge/golden.ts";
import { formatGolden } from "../judge/golden-json.ts";
import { AROUND, type Neighbourhood } from "../judge/neighbours.ts";
import type { DqmModel } from "../judge/saved.ts";
import type { ReadNotes } from "./histogram-files.ts";
import { scoreRuns } from "./score.ts";

export interface JudgeOptions {
  readonly excluded?: GoldenRanges | undefined;
  readonly now: Date;
  readonly notes: ReadNotes;
  readonly neighbourhood?: Neighbourhood;
}

/** Scores a file and judges its runs. */
export async function judgeFile(
  model: DqmModel,
  file: string,
  { excluded, now, notes, neighbourhood = AROUND }: JudgeOptions,
): Promise<readonly JudgedRun[]> {
  const { histograms: models, detector } = model;
  const judged: JudgedRun[] = [];
  for await (const { run, scores, find } of scoreRuns(model, file, notes, neighbourhood)) {
    judged.push(certifyRun({ run, scores, models, detector, find, now, excluded }));
  }
  return judged;
}

/** Writes a certification JSON, and beside it the reasons of every range, good or not. */
export async function writeGolden(
  path: string,
  golden: GoldenRanges,
  reasons: ReadonlyMap<number, readonly DqmRange[]> | null = null,
): Promise<void> {
  await writeWhole(path, formatGolden(golden));
  if (reasons !== null) {
    await writeWhole(reasonsPath(path), `${JSON.stringify(Object.fromEntries(reasons), null, 1)}\n`);
  }
}

/** `golden.json` has its reasons in `golden.reasons.json`. */
export function reasonsPath(path: string): string {
  return `${path.replace(/\.json$/, "")}.reasons.json`;
}

async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}
