import type { Anomaly } from "../../alert/anomaly.ts";
import type { MetricProfile } from "../../detect/events/profile.ts";
import { NO_EVENT, type TrackerContext, type TrackerState, trackPoint } from "../../detect/events/tracker.ts";
import { createFleet, FLEET_GATE, type FleetScore } from "../../detect/fleet/fleet.ts";
import { median } from "../../detect/math/statistics.ts";
import { FLEET } from "./fleet-choice.ts";

/** Whose pods these are. */
export interface FleetWho {
  readonly service: string;
  readonly metrics: readonly string[];
  /** Hour of the week of Unix seconds, in people's time zone. */
  readonly hourOfWeek: (time: number) => number;
}

/** What is said of one entity at one time. */
export interface FleetPoint {
  readonly entity: string;
  /** Mean of the last two: how much rarer its changes are than usual, in powers of ten; NaN where none of its metrics has a value. */
  readonly score: number;
  readonly threshold: number;
  readonly state: "ok" | "anomalous" | "learning" | "missing";
  readonly missing: readonly string[];
  readonly values: ArrayLike<number>;
  /** The event as it is now, when one opened, lasts or closed. */
  readonly update: Anomaly | null;
}

/** JSON-serialisable: where events stand. What the fleet has learnt is learnt again from history. */
export interface FleetState {
  readonly time: number | null;
  readonly trackers: Readonly<Record<string, TrackerState>>;
}

/** Entities of one kind, scored side by side as they come. */
export interface FleetWatch {
  /** Learns from a time without telling of events, e.g. of history. */
  teach(time: number, rows: ReadonlyMap<string, ArrayLike<number>>): void;
  /** Scores a time; one that is not later than the last is ignored. */
  push(time: number, rows: ReadonlyMap<string, ArrayLike<number>>): readonly FleetPoint[];
  /** What is ordinary of an entity's metrics, to tell kinds of events apart. */
  setProfiles(entity: string, profiles: readonly MetricProfile[]): void;
  /** Forgets where an entity's event stands: it is gone. */
  forget(entity: string): void;
  state(): FleetState;
}

/** @param saved state of an earlier watch: its open events go on */
export function createFleetWatch(who: FleetWho, saved?: FleetState): FleetWatch {
  const { metrics, service } = who;
  const fleet = createFleet(metrics);
  const trackers = new Map<string, TrackerState>(Object.entries(saved?.trackers ?? {}));
  const profiles = new Map<string, ReadonlyMap<string, MetricProfile>>();
  let last = saved?.time ?? null;

  const contextOf = (entity: string): TrackerContext => ({
    entity,
    service,
    detector: FLEET,
    modelVersion: "1",
    metrics,
    profiles: profiles.get(entity) ?? new Map(),
    rule: FLEET_GATE,
    hourOfWeek: who.hourOfWeek,
  });

  function pointOf(
    entity: string,
    values: ArrayLike<number>,
    time: number,
    { steady: score, bar: threshold, learning, ratio, present, contributions }: FleetScore,
    expected: Float64Array,
  ): FleetPoint {
    const missing = metrics.filter((_, at) => !Number.isFinite(values[at]));
    if (missing.length === metrics.length || learning) {
      const state = missing.length === metrics.length ? "missing" : "learning";
      return { entity, score: Number.NaN, threshold, state, missing, values, update: null };
    }
    const scored = { time, row: values, score, threshold, ratio, present, contributions, expected };
    const { state, update } = trackPoint(trackers.get(entity) ?? NO_EVENT, scored, contextOf(entity));
    trackers.set(entity, state);
    return {
      entity,
      score,
      threshold,
      state: state.gate.isOpen ? "anomalous" : "ok",
      missing,
      values,
      update,
    };
  }

  return {
    teach(time, rows) {
      fleet.push(time, rows);
    },
    push(time, rows) {
      if (last !== null && time <= last) {
        return [];
      }
      last = time;
      const scores = fleet.push(time, rows);
      const usual = middleOf([...rows.values()], metrics.length);
      return [...rows].flatMap(([entity, values]) => {
        const score = scores.get(entity);
        return score === undefined ? [] : [pointOf(entity, values, time, score, usual)];
      });
    },
    setProfiles(entity, known) {
      profiles.set(entity, new Map(known.map((profile) => [profile.metric, profile])));
    },
    forget(entity) {
      trackers.delete(entity);
      profiles.delete(entity);
    },
    state: () => ({ time: last, trackers: Object.fromEntries(trackers) }),
  };
}

/** Per metric the median of all entities: what the others let expect. */
function middleOf(rows: readonly ArrayLike<number>[], size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, metric) =>
    median(rows.map((row) => row[metric] as number).filter((value) => Number.isFinite(value))),
  );
}
