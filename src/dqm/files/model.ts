import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { UserError } from "../../alert/user-error.ts";
import { canScale } from "../judge/detectors/gain.ts";
import { contains, type GoldenRanges } from "../judge/golden.ts";
import { collectReferences, mergeReferences, type ReferenceSet } from "../judge/references.ts";
import { type DqmModel, fitDqm, loadDqm, saveDqm } from "../judge/saved.ts";
import { note, type ReadNotes, readHistograms } from "./histogram-files.ts";

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
  /** Histograms whose axis scale is fitted: `auto` where the axis begins at zero. */
  readonly gain?: GainChoice | undefined;
  /** A model whose references stay: the set of references grows. */
  readonly older?: DqmModel | undefined;
}

export type GainChoice = "auto" | "all" | "none" | readonly string[];

/** Learns from the good lumisections of files. @throws UserError when there is none */
export async function trainDqm(files: readonly string[], choices: TrainChoices, notes: ReadNotes): Promise<DqmModel> {
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
  const fresh = references.sets().map((set) => ({ ...set, gain: gainSetting(set, choices.gain ?? "auto") }));
  for (const name of references.empty()) {
    note(notes, `histogram "${name}" has no entries in any good lumisection: left out of the model`);
  }
  const known = [...(older?.histograms.values() ?? [])].map(({ set }) => set);
  return fitDqm(choices.detector, mergeReferences(known, fresh), seed, older?.withheld);
}

/** Undefined lets the axis decide. @throws UserError for a histogram whose axis has no scale to fit */
function gainSetting(set: ReferenceSet, choice: GainChoice): boolean | undefined {
  if (choice === "auto") {
    return undefined;
  }
  const wanted = choice === "all" || (choice !== "none" && choice.includes(set.name));
  if (wanted && choice !== "all" && !canScale(set.axis, set.bins)) {
    throw new UserError(
      `the axis of "${set.name}" has no scale to fit`,
      "--gain",
      "name histograms of at least 20 bins whose axis begins at 0 (xmin, xmax)",
    );
  }
  return wanted && canScale(set.axis, set.bins);
}

/** The model's file in its folder. */
export function modelPath(folder: string): string {
  return join(folder, MODEL_FILE);
}

/** Saves the model in a folder, whole or not at all. */
export async function saveDqmIn(folder: string, model: DqmModel): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = modelPath(folder);
  await writeFile(`${path}.new`, await promisify(gzip)(saveDqm(model)));
  await rename(`${path}.new`, path);
}

/** @throws UserError when there is none, or it cannot be read */
export async function loadDqmFrom(folder: string): Promise<DqmModel> {
  const path = modelPath(folder);
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) {
    throw new UserError("no model", path, "train one: cmswatch dqm train --train FILE --model DIR");
  }
  const text = await promisify(gunzip)(bytes).catch((cause: unknown) => {
    throw new UserError("is no model of data quality", path, "train it again", { cause });
  });
  return loadDqm(text.toString("utf8"), path);
}
