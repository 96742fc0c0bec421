import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { parseJson } from "../../alert/json.ts";
import type { Judgement } from "../../detect/challenge.ts";
import { SavedModelError } from "../../detect/saved-model.ts";
import type { Store, StoredModel } from "../../store/store.ts";
import { loadScorer, type TransferModelName } from "../model/models.ts";
import type { TransferScorer } from "../model/scorer.ts";

/** What models of transfers are kept as, beside those of services. */
export const ENTITY = "transfers";
const SERVICE = "rucio";

/** A model with the moments (Unix seconds) that its history began and ended. */
export interface TrainedModel {
  readonly scorer: TransferScorer;
  readonly model: TransferModelName;
  readonly trainedAt: Date;
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
  readonly rate: number;
}

/** Keeps a model as a version: as the live one where that was decided. @returns its version */
export async function storeModel(
  store: Pick<Store, "models">,
  trained: TrainedModel,
  { promote, figures }: Judgement,
  note: string,
): Promise<string> {
  const { scorer, model, trainedAt, from, to, seconds, rate } = trained;
  const bytes = await promisify(gzip)(JSON.stringify(scorer.save()));
  const version = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  await store.models.save({
    id: `${ENTITY}:${model}:${version}:${trainedAt.getTime()}`,
    entity: ENTITY,
    service: SERVICE,
    detector: model,
    version,
    trainedAt,
    trainedFrom: new Date(1000 * from),
    trainedTo: new Date(1000 * to),
    metrics: ["duration"],
    threshold: -Math.log10(rate),
    figures: { seconds, rows: scorer.learnt, ...figures },
    active: promote,
    note,
    bytes,
  });
  return version;
}

/** The model that is live in the store, without its bytes; null when there is none of this kind. */
export async function liveModel(
  store: Pick<Store, "models">,
  model: TransferModelName,
): Promise<Omit<StoredModel, "bytes"> | null> {
  const active = await store.models.list({ active: true, entity: ENTITY });
  return active.find(({ detector }) => detector === model) ?? null;
}

/** @throws SavedModelError when it is gone, or cannot be read */
export async function openStoredModel(store: Pick<Store, "models">, id: string): Promise<TransferScorer> {
  const stored = (await store.models.active(ENTITY)).find((model) => model.id === id);
  if (stored === undefined) {
    throw new SavedModelError("it is not live any more");
  }
  // The version of a model that this service trained is the start of its digest.
  if (
    /^[0-9a-f]{12}$/.test(stored.version) &&
    createHash("sha256").update(stored.bytes).digest("hex").slice(0, stored.version.length) !== stored.version
  ) {
    throw new SavedModelError("it is damaged: its digest does not fit");
  }
  try {
    return loadScorer(parseJson(String(await promisify(gunzip)(stored.bytes))));
  } catch (error) {
    throw error instanceof SavedModelError ? error : new SavedModelError((error as Error).message);
  }
}
