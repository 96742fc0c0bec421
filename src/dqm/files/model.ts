import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { UserError } from "../../alert/user-error.ts";
import { contains, type GoldenRanges } from "../judge/golden.ts";
import { collectReferences, mergeReferences } from "../judge/references.ts";
import { fitQuality, loadQuality, type QualityModel, saveQuality } from "../judge/saved.ts";
import { type ReadNotes, readHistograms } from "./histogram-files.ts";

const MODEL_FILE = "dqm.cmswatch.gz";

export interface TrainChoices {
  readonly detector: string;
  readonly seed: number;
  /** Column whose value 0 says that a lumisection is bad. Files without it hold good ones only. */
  readonly label: string;
  /** Reference runs; all without. */
  readonly runs?: readonly number[] | undefined;
  /** Only lumisections in these ranges. */
  readonly golden?: GoldenRanges | undefined;
  readonly histograms?: readonly string[] | undefined;
  /** A model whose references stay: the set of references grows. */
  readonly older?: QualityModel | undefined;
}

/** Learns from the good lumisections of files. @throws UserError when there is none */
export async function trainQuality(
  files: readonly string[],
  choices: TrainChoices,
  notes: ReadNotes,
): Promise<QualityModel> {
  const { label, runs, golden, histograms, seed, older } = choices;
  const references = collectReferences(seed);
  for (const file of files) {
    const read = { labels: [label], notes, ...(histograms === undefined ? {} : { histograms }) };
    for await (const histogram of readHistograms(file, read)) {
      const wanted =
        histogram.labels.get(label) !== 0 &&
        (runs === undefined || runs.includes(histogram.run)) &&
        (golden === undefined || contains(golden, histogram.run, histogram.lumi));
      if (wanted) {
        references.add(histogram);
      }
    }
  }
  const fresh = references.sets();
  const known = [...(older?.histograms.values() ?? [])].map(({ set }) => set);
  return fitQuality(choices.detector, mergeReferences(known, fresh), seed, older?.withheld);
}

/** The model's file in its folder. */
export function modelPath(folder: string): string {
  return join(folder, MODEL_FILE);
}

/** Saves the model in a folder, whole or not at all. */
export async function saveQualityIn(folder: string, model: QualityModel): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = modelPath(folder);
  await writeFile(`${path}.new`, await promisify(gzip)(saveQuality(model)));
  await rename(`${path}.new`, path);
}

/** @throws UserError when there is none, or it cannot be read */
export async function loadQualityFrom(folder: string): Promise<QualityModel> {
  const path = modelPath(folder);
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) {
    throw new UserError("no model", path, "train one: cmswatch dqm train --train FILE --model DIR");
  }
  const text = await promisify(gunzip)(bytes).catch((cause: unknown) => {
    throw new UserError("is no model of data quality", path, "train it again", { cause });
  });
  return loadQuality(text.toString("utf8"), path);
}
