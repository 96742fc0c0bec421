import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { QualityRange, RunQuality } from "../../alert/quality.ts";
import { certifyRuns, type FindHistogram, worstOf } from "../judge/certify.ts";
import type { GoldenRanges } from "../judge/golden.ts";
import { formatGolden } from "../judge/golden-json.ts";
import type { LumiHistogram } from "../judge/histogram.ts";
import type { LumiScore } from "../judge/model.ts";
import { AROUND, type Neighbourhood } from "../judge/neighbours.ts";
import type { QualityModel } from "../judge/saved.ts";
import { judgeRuns } from "../judge/verdicts.ts";
import { newNotes, type ReadNotes, readHistograms } from "./histogram-files.ts";
import { scoreQuality } from "./score.ts";

/** Scores a file and judges its runs; it is read a second time for the bins of what is worst. */
export async function judgeFile(
  model: QualityModel,
  file: string,
  {
    excluded,
    now,
    notes,
    neighbourhood = AROUND,
  }: {
    readonly excluded?: GoldenRanges | undefined;
    readonly now: Date;
    readonly notes: ReadNotes;
    readonly neighbourhood?: Neighbourhood;
  },
): Promise<readonly RunQuality[]> {
  const scores = await scoreQuality(model, file, notes, neighbourhood);
  const find = await collectWorst(file, scores, excluded);
  const { histograms: models, detector } = model;
  return certifyRuns({ scores, models, detector, find, now, ...(excluded === undefined ? {} : { excluded }) });
}

async function collectWorst(
  file: string,
  scores: readonly LumiScore[],
  excluded: GoldenRanges | undefined,
): Promise<FindHistogram> {
  const key = (run: number, lumi: number, name: string) => JSON.stringify([run, lumi, name]);
  const wanted = new Set(
    [...judgeRuns(scores, excluded)].flatMap(([run, lumis]) =>
      worstOf(lumis).map(({ lumi, histogram }) => key(run, lumi, histogram ?? "")),
    ),
  );
  const found = new Map<string, LumiHistogram>();
  if (wanted.size > 0) {
    for await (const one of readHistograms(file, { notes: newNotes() })) {
      const place = key(one.run, one.lumi, one.name);
      if (wanted.has(place)) {
        found.set(place, one);
      }
    }
  }
  return (run, lumi, name) => found.get(key(run, lumi, name)) ?? null;
}

/** Writes a certification JSON, and beside it the reasons of every range, good or not. */
export async function writeGolden(
  path: string,
  golden: GoldenRanges,
  reasons: ReadonlyMap<number, readonly QualityRange[]> | null = null,
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
