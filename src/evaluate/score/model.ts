import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { UserError } from "../../alert/user-error.ts";
import type { Unit } from "../../detect/unit.ts";
import type { EvaluationContext } from "../context.ts";

/** How a unit is trained, as the command line says it. */
export interface TrainingChoices {
  readonly detector: string;
  readonly seed: string;
  readonly timezone: string;
}

const MODEL_FILE = "unit.cmswatch";

/** A unit that learnt from a file. @throws UserError naming the file where it cannot be learnt from */
export async function trainFrom(
  path: string,
  { detector: name, seed, timezone }: TrainingChoices,
  context: EvaluationContext,
): Promise<Unit> {
  const { findDetector } = await import("../../detect/registry.ts");
  const { trainUnit } = await import("../../detect/unit.ts");
  const { readFrame } = await import("../../files/frame-csv.ts");
  const options = { seed: seedOf(seed), timeZone: zoneOf(timezone) };
  const detector = await findDetector(name);
  const frame = await readFrame(path);
  if (frame.dropped > 0) {
    context.err(`${path}: ${frame.dropped} rows with the time of another row are left out\n`);
  }
  try {
    return await trainUnit(detector, frame, options);
  } catch (error) {
    throw error instanceof UserError ? new UserError(error.what, path, error.hint, { cause: error }) : error;
  }
}

/** Writes a unit into a folder; an older one stays whole until the new one is. */
export async function saveModel(unit: Unit, folder: string): Promise<void> {
  const { mkdir, rename, writeFile } = await import("node:fs/promises");
  const { saveUnit } = await import("../../detect/unit.ts");
  await mkdir(folder, { recursive: true });
  const path = join(folder, MODEL_FILE);
  await writeFile(`${path}.new`, saveUnit(unit));
  await rename(`${path}.new`, path);
}

/** @throws UserError where there is none, or one that this version cannot read */
export async function loadModel(folder: string): Promise<Unit> {
  const { findDetector } = await import("../../detect/registry.ts");
  const { loadUnit } = await import("../../detect/unit.ts");
  const { SavedModelError } = await import("../../detect/saved-model.ts");
  const path = resolve(folder, MODEL_FILE);
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) {
    throw new UserError("no model", path, "train one: cmswatch train --train FILE --model DIR");
  }
  try {
    return await loadUnit(bytes, findDetector);
  } catch (error) {
    if (error instanceof SavedModelError) {
      throw new UserError(error.message, path, "train it again with this version", { cause: error });
    }
    throw error;
  }
}

function zoneOf(text: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
  } catch (error) {
    throw new UserError(`"${text}" is not a time zone`, "--timezone", "write it like Europe/Zurich", { cause: error });
  }
}

/** @throws UserError for text that is no seed */
export function seedOf(text: string): number {
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0) {
    throw new UserError(`"${text}" is not a seed`, "--seed", "give a whole number, 0 or more");
  }
  return seed;
}
