import type { Logger } from "pino";
import type { EntitySpec } from "../../config/entities.ts";
import type { MetricSource } from "../../prometheus/source.ts";
import type { CurrentState } from "../../status/current-state.ts";
import type { Store, StoredModel } from "../../store/store.ts";
import { fetchFrames } from "../life/frames.ts";
import { stateOf, WARM_UP_ROWS, type Watched, warmUp, watch } from "../life/watched.ts";
import { openModel, restoreWatched, saveLiveState } from "./restore.ts";
import { learningView } from "./views.ts";

/** An entity that metrics speak of, with its model once it has one. */
export interface Known {
  readonly spec: EntitySpec;
  readonly entity: string;
  watched: Watched | null;
  /** Not trained again before this time, milliseconds. */
  retryAt: number;
  /** When a model of it was trained last, live or not. */
  lastTrained: Date | null;
  /** Rounds of scoring in a row in which no metric spoke of it. */
  absent: number;
}

export interface RosterParts {
  readonly specs: readonly EntitySpec[];
  readonly detector: string;
  /** Milliseconds. */
  readonly step: number;
  readonly source: MetricSource;
  readonly store: Pick<Store, "models" | "states">;
  readonly current: CurrentState;
  readonly log: Logger;
}

/** All entities, each with the model that is live for it. */
export interface Roster {
  all(): readonly Known[];
  of(spec: EntitySpec): readonly Known[];
  /** The entity of that name, restored from the store when it is new. */
  enter(spec: EntitySpec, entity: string, signal: AbortSignal): Promise<Known>;
  /** Forgets an entity that is gone; what the store has of it stays. */
  leave(one: Known): Promise<void>;
  /** Puts a new unit in an entity's service; its open event stays open. */
  replace(one: Known, watched: Watched): void;
  /** Takes up models that were made active elsewhere, by a person or another process. @returns entities that have another model now */
  takeUp(signal: AbortSignal): Promise<readonly string[]>;
  save(): Promise<void>;
  tellLearning(one: Known, note: string): void;
}

/** @returns a roster that knows no entity yet */
export function createRoster(parts: RosterParts): Roster {
  const { detector, step, source, store, current, log } = parts;
  const known = new Map<string, Known>();

  async function enter(spec: EntitySpec, entity: string, signal: AbortSignal): Promise<Known> {
    const already = known.get(entity);
    if (already !== undefined) {
      return already;
    }
    const names = spec.metrics.map(({ name }) => name);
    const kept = await restoreWatched(store, { entity, service: spec.service, detector }, names, (reason) =>
      log.warn({ entity, reason }, "stored model not used as it was"),
    );
    const trained = (await store.models.list({ entity })).map(({ trainedAt }) => trainedAt.getTime());
    const one: Known = {
      spec,
      entity,
      watched: kept?.watched ?? null,
      retryAt: 0,
      lastTrained: trained.length === 0 ? null : new Date(Math.max(...trained)),
      absent: 0,
    };
    if (kept?.needsWarmUp) {
      one.watched = await warm(one, kept.watched, signal);
    }
    known.set(entity, one);
    if (one.watched === null) {
      tellLearning(one, "waiting for training");
    }
    return one;
  }

  /** Fills the windows of a fresh scorer from the metrics; without an answer it starts cold. */
  async function warm(one: Known, cold: Watched, signal: AbortSignal): Promise<Watched> {
    if (cold.lastTime === null) {
      return cold;
    }
    const to = new Date(cold.lastTime * 1000);
    const from = new Date(to.getTime() - (WARM_UP_ROWS - 1) * step);
    try {
      const history = (await fetchFrames(source, one.spec, from, to, step, signal)).get(one.entity);
      return history === undefined ? cold : warmUp(cold.unit, one.entity, one.spec.service, history, stateOf(cold));
    } catch (error) {
      log.warn({ entity: one.entity, reason: (error as Error).message }, "new model starts without its warm-up");
      return cold;
    }
  }

  async function takeUp(signal: AbortSignal): Promise<readonly string[]> {
    const active = (await store.models.list({ active: true })).filter((model) => model.detector === detector);
    const versions = new Map(active.map((model) => [model.entity, model.version]));
    const others = [...known.values()].filter(
      ({ entity, watched }) => versions.has(entity) && versions.get(entity) !== watched?.unit.version,
    );
    const taken: string[] = [];
    for (const one of others) {
      if (await takeUpOne(one, signal)) {
        taken.push(one.entity);
      }
    }
    return taken;
  }

  async function takeUpOne(one: Known, signal: AbortSignal): Promise<boolean> {
    const stored = (await store.models.active(one.entity)).find((model) => model.detector === detector);
    const unit = stored === undefined ? null : await readable(one, stored);
    if (unit === null) {
      return false;
    }
    const before = one.watched;
    const { entity, spec } = one;
    const cold = watch(unit, entity, spec.service, before === null ? undefined : stateOf(before));
    replace(one, await warm(one, cold, signal));
    log.info({ entity, version: unit.version, before: before?.unit.version ?? null }, "another model is live");
    return true;
  }

  async function readable(one: Known, stored: StoredModel) {
    const names = one.spec.metrics.map(({ name }) => name);
    return openModel(stored, names).catch((error: Error) => {
      log.warn({ entity: one.entity, version: stored.version, reason: error.message }, "active model cannot be used");
      return null;
    });
  }

  function replace(one: Known, watched: Watched): void {
    one.watched?.unit.model.dispose();
    one.watched = watched;
  }

  function tellLearning({ entity, spec }: Known, note: string): void {
    current.setEntity(learningView({ entity, service: spec.service, detector, note }));
  }

  return {
    all: () => [...known.values()],
    of: (spec) => [...known.values()].filter((one) => one.spec === spec),
    enter,
    async leave(one) {
      known.delete(one.entity);
      current.removeEntity(one.entity);
      if (one.watched !== null) {
        await saveLiveState(store, one.watched);
        one.watched.unit.model.dispose();
      }
    },
    replace,
    takeUp,
    async save() {
      for (const { watched } of known.values()) {
        if (watched !== null) {
          await saveLiveState(store, watched);
        }
      }
    },
    tellLearning,
  };
}
