import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { openSealedJson, SealError, sealJson } from "../../alert/sealed.ts";
import { UserError } from "../../alert/user-error.ts";
import { SavedModelError } from "../../detect/saved-model.ts";
import { createTrainer } from "../../training/trainer.ts";
import { type CleanUp, createCleanUp, mayTeach } from "../model/clean-up.ts";
import type { Finished } from "../model/estimator.ts";
import { isFinished } from "../model/estimator.ts";
import { LEAST_TRANSFERS, loadScorer, TRANSFER_MODELS, type TransferModelName, trainScorer } from "../model/models.ts";
import type { TransferScorer } from "../model/scorer.ts";
import { readTransfers } from "./transfer-file.ts";

const MODEL_FILE = "transfers.json";
/** The newest transfers of a longer history: what a model is made of fits well into memory. */
const MOST_TRANSFERS = 500_000;

/** A model, and what it was made of. */
export interface TrainedTransfers {
  readonly scorer: TransferScorer;
  readonly cleanUp: CleanUp;
  readonly taught: number;
}

/** Learns from a file of transfers. @throws UserError for a file that cannot be read, or has too few */
export async function trainFrom(path: string, model: TransferModelName, seed: number): Promise<TrainedTransfers> {
  const cleanUp = createCleanUp();
  const history: Finished[] = [];
  for await (const { raw } of readTransfers(path)) {
    const { transfer, flaws } = cleanUp.take(raw ?? {});
    if (transfer !== null && isFinished(transfer) && mayTeach(flaws)) {
      history.push(transfer);
    }
    if (history.length >= 2 * MOST_TRANSFERS) {
      history.splice(0, MOST_TRANSFERS);
    }
  }
  const newest = history.slice(-MOST_TRANSFERS);
  if (newest.length < LEAST_TRANSFERS) {
    const found = Object.entries(cleanUp.counts).map(([what, count]) => `${what}: ${count}`);
    throw new UserError(
      `${newest.length} of ${cleanUp.taken} transfers can be learnt from${found.length > 0 ? ` (${found.join(", ")})` : ""}`,
      path,
      `give at least ${LEAST_TRANSFERS} that are over`,
    );
  }
  return { scorer: await trainWithThread(model, newest, seed), cleanUp, taught: newest.length };
}

/** Trains with a thread of its own where the model is a network. */
export async function trainWithThread(
  model: TransferModelName,
  history: readonly Finished[],
  seed: number,
): Promise<TransferScorer> {
  const trainer = createTrainer();
  try {
    return await trainScorer(model, history, (frame) => trainer.fitTransfers(frame, { seed }));
  } finally {
    await trainer.stop();
  }
}

/** @throws UserError for a name that no model has */
export function modelNamed(text: string): TransferModelName {
  const name = TRANSFER_MODELS.find((candidate) => candidate === text);
  if (name === undefined) {
    throw new UserError(`no model "${text}"`, "--model", `give one of ${TRANSFER_MODELS.join(", ")}`);
  }
  return name;
}

/** Writes the model into a folder, whole or not at all. */
export async function saveModel(scorer: TransferScorer, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, MODEL_FILE);
  await writeFile(`${path}.new`, sealJson(scorer.save() as object));
  await rename(`${path}.new`, path);
}

/** @throws UserError when the folder has no model, or one that this version cannot read */
async function loadModel(folder: string): Promise<TransferScorer> {
  const path = resolve(folder, MODEL_FILE);
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) {
    throw new UserError("no model", path, "train one: cmswatch transfers train --train FILE --model-dir DIR");
  }
  try {
    return loadScorer(openSealedJson(text));
  } catch (error) {
    if (error instanceof SavedModelError || error instanceof SyntaxError || error instanceof SealError) {
      throw new UserError(error.message, path, "train it again with this version", { cause: error });
    }
    throw error;
  }
}

/** Which model to go by: one to learn from a file, or one that was saved. */
export interface ModelChoice {
  readonly train?: string;
  readonly modelDir?: string;
  readonly model: string;
  readonly seed: number;
}

/** Trains or loads; saves what was trained when a folder is named too. @throws UserError when neither is given */
export async function scorerOf({ train, modelDir, model, seed }: ModelChoice): Promise<TransferScorer> {
  if (train === undefined && modelDir === undefined) {
    throw new UserError("nothing to learn from", "cmswatch transfers", "give --train FILE or --model-dir DIR");
  }
  if (train === undefined) {
    return loadModel(modelDir as string);
  }
  const { scorer } = await trainFrom(train, modelNamed(model), seed);
  if (modelDir !== undefined) {
    await saveModel(scorer, modelDir);
  }
  return scorer;
}
