import type { Logger } from "pino";
import type { Anomaly } from "../../alert/anomaly.ts";
import type { EntitySpec } from "../../config/entities.ts";
import { hourOfWeekIn } from "../../detect/events/local-hour.ts";
import { fitProfiles } from "../../detect/events/profile.ts";
import type { Frame } from "../../detect/frame.ts";
import type { MetricSource } from "../../prometheus/source.ts";
import type { CurrentState } from "../../status/current-state.ts";
import type { Store } from "../../store/store.ts";
import { FLEET, FLEET_ROUND, roundsOf } from "../life/fleet-choice.ts";
import { createFleetWatch, type FleetPoint, type FleetState, type FleetWatch } from "../life/fleet-watch.ts";
import { fetchFrames } from "../life/frames.ts";
import type { Ledger } from "./ledger.ts";

export interface FleetParts {
  readonly source: MetricSource;
  readonly store: Pick<Store, "states">;
  readonly current: CurrentState;
  readonly ledger: Pick<Ledger, "closedOf" | "mutedBecause">;
  /** Milliseconds. */
  readonly step: number;
  readonly timeZone: string;
  readonly yieldToEventLoop: () => Promise<void>;
  readonly log: Logger;
}

/** Entities of split queries that are compared with each other instead of with a model of their own. */
export interface Fleets {
  /** Scores what has come of one query since the last round; the first round learns from history. */
  score(spec: EntitySpec, to: Date, signal: AbortSignal): Promise<readonly Anomaly[]>;
  /** Entities of a service that are scored. */
  scored(service: string): number;
  save(): Promise<void>;
}

interface Kept {
  readonly watch: FleetWatch;
  /** Rounds in which an entity was away, by its name. */
  readonly absent: Map<string, number>;
  lastTime: number;
}

const PREFIX = "fleet:";
const HISTORY = 8 * 3_600_000;
const CATCH_UP = 6 * 3_600_000;
const GONE_AFTER = 20;
const YIELD_EVERY = 20;

/** @returns fleets that have seen nothing yet */
export function createFleets(parts: FleetParts): Fleets {
  const { source, store, current, ledger, yieldToEventLoop, log } = parts;
  const step = Math.max(parts.step, FLEET_ROUND);
  const hourOfWeek = hourOfWeekIn(parts.timeZone);
  const fleets = new Map<EntitySpec, Kept>();

  async function open(spec: EntitySpec, to: Date, signal: AbortSignal): Promise<Kept> {
    const saved = (await store.states.get<FleetState>(PREFIX + spec.name)) ?? undefined;
    const metrics = spec.metrics.map(({ name }) => name);
    const watch = createFleetWatch({ service: spec.service, metrics, hourOfWeek }, saved);
    const end = Math.max(saved?.time == null ? to.getTime() - step : saved.time * 1000, to.getTime() - CATCH_UP);
    const frames = await fetchFrames(source, spec, new Date(end - HISTORY), new Date(end), step, signal);
    let row = 0;
    for (const [time, rows] of roundsOf(frames)) {
      watch.teach(time, rows);
      if (++row % YIELD_EVERY === 0) {
        await yieldToEventLoop();
      }
    }
    for (const [entity, frame] of frames) {
      watch.setProfiles(entity, fitProfiles(frame, parts.timeZone));
    }
    log.info({ fleet: spec.name, entities: frames.size, rounds: row }, "fleet has learnt from history");
    return { watch, absent: new Map(), lastTime: end };
  }

  async function score(spec: EntitySpec, now: Date, signal: AbortSignal): Promise<readonly Anomaly[]> {
    const to = new Date(Math.floor(now.getTime() / step) * step);
    const fleet = fleets.get(spec) ?? (await open(spec, to, signal));
    fleets.set(spec, fleet);
    const from = new Date(Math.max(Math.floor(fleet.lastTime / step) * step + step, to.getTime() - CATCH_UP));
    if (from > to) {
      return [];
    }
    const frames = await fetchFrames(source, spec, from, to, step, signal);
    fleet.lastTime = to.getTime();
    const updates = new Map<string, Anomaly>();
    for (const [time, rows] of roundsOf(frames)) {
      for (const point of fleet.watch.push(time, rows)) {
        show(spec, point, time);
        if (point.update !== null) {
          updates.set(point.update.id, point.update);
        }
      }
    }
    return [...updates.values(), ...leaveGone(fleet, frames)];
  }

  function show(spec: EntitySpec, point: FleetPoint, time: number): void {
    const { entity, score: found, threshold, missing, values } = point;
    const metrics = spec.metrics.map(({ name }) => name);
    const none = metrics.map(() => Number.NaN);
    const at = new Date(time * 1000);
    const muted = point.state === "anomalous" ? ledger.mutedBecause(entity) : null;
    current.addPoint(entity, { at, score: found, metrics, values, low: none, high: none });
    current.setEntity({
      entity,
      service: spec.service,
      state: muted === null ? point.state : "ok",
      note: muted ?? (missing.length === 0 ? null : `no data of ${missing.join(", ")}`),
      score: Number.isFinite(found) ? found : null,
      threshold,
      detector: FLEET,
      modelVersion: null,
      at,
    });
  }

  function leaveGone({ watch, absent }: Kept, frames: ReadonlyMap<string, Frame>): readonly Anomaly[] {
    const closed: Anomaly[] = [];
    for (const entity of frames.keys()) {
      absent.set(entity, 0);
    }
    for (const [entity, rounds] of absent) {
      if (frames.has(entity)) {
        continue;
      }
      absent.set(entity, rounds + 1);
      if (rounds + 1 >= GONE_AFTER) {
        const event = ledger.closedOf(entity, `${entity} is gone: no metric speaks of it any more`);
        closed.push(...(event === null ? [] : [event]));
        absent.delete(entity);
        watch.forget(entity);
        current.removeEntity(entity);
      }
    }
    return closed;
  }

  return {
    score,
    scored: (service) =>
      [...fleets].filter(([spec]) => spec.service === service).reduce((sum, [, { absent }]) => sum + absent.size, 0),
    async save() {
      for (const [spec, { watch }] of fleets) {
        await store.states.put(PREFIX + spec.name, watch.state());
      }
    },
  };
}
