import { findDetector } from "../../detect/registry.ts";
import { loadUnit, type Unit } from "../../detect/unit.ts";
import type { Store, StoredModel } from "../../store/store.ts";
import { stateOf, type Watched, type WatchedState, watch } from "../life/watched.ts";

const STATE_PREFIX = "live:";

/** What is kept of an entity: its active model, and where scoring stood. */
export interface Kept {
  readonly watched: Watched;
  /** The state is another model's: its windows must be filled again before the next point. */
  readonly needsWarmUp: boolean;
}

/**
 * The entity's active model with the state it was left in; null when it has none of this detector, or one that cannot be used
 * any more.
 * @param onUnusable told why a stored model is not used
 */
export async function restoreWatched(
  store: Pick<Store, "models" | "states">,
  wanted: { readonly entity: string; readonly service: string; readonly detector: string },
  metrics: readonly string[],
  onUnusable: (reason: string) => void,
): Promise<Kept | null> {
  const { entity, service, detector } = wanted;
  const stored = (await store.models.active(entity)).find((model) => model.detector === detector);
  if (stored === undefined) {
    return null;
  }
  const unit = await openModel(stored, metrics).catch((error: Error) => {
    onUnusable(error.message);
    return null;
  });
  if (unit === null) {
    return null;
  }
  const state = (await store.states.get<WatchedState>(STATE_PREFIX + entity)) ?? undefined;
  try {
    return { watched: watch(unit, entity, service, state), needsWarmUp: state?.version !== unit.version };
  } catch (error) {
    onUnusable(`where scoring stood cannot be read (${(error as Error).message}); it starts afresh`);
    return { watched: watch(unit, entity, service), needsWarmUp: true };
  }
}

/** The unit of a stored model. @throws Error when its metrics are not these any more, or its bytes cannot be read */
export async function openModel(stored: StoredModel, metrics: readonly string[]): Promise<Unit> {
  if (stored.metrics.join() !== metrics.join()) {
    throw new Error("its metrics have changed since the model was trained");
  }
  return loadUnit(stored.bytes, findDetector);
}

/** Keeps where scoring stands, so that a restart goes on there. */
export async function saveLiveState(store: Pick<Store, "states">, watched: Watched): Promise<void> {
  await store.states.put(STATE_PREFIX + watched.entity, stateOf(watched));
}
