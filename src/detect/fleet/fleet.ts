import { median } from "../math/statistics.ts";
import { CLOSED_GATE, type GateRule, type GateState, stepGate } from "../threshold/gate.ts";
import { createFleetBar } from "./bar.ts";
import { type ChangeTracker, createChangeTracker } from "./change.ts";
import { createRecentTail, type RecentTail } from "./tail.ts";
import { gather, groupMetrics } from "./weights.ts";
import { workloadOf } from "./workload.ts";

/** Score of one entity at one time. */
export interface FleetScore {
  /** Surprise of its metrics above the fleet's, the weighted mean over them, 0 or more. */
  readonly score: number;
  /** Mean of the last two scores: what is compared with the bar. */
  readonly steady: number;
  /** From where on the fleet's scores are worth an event. */
  readonly bar: number;
  /** Too little is known of the entity, or of the fleet, to tell. */
  readonly learning: boolean;
  /** For the gate: how far over the bar; 0 while learning. */
  readonly ratio: number;
  readonly present: number;
  /** True while an event lasts. */
  readonly alert: boolean;
  /** Per metric, 0 or more. */
  readonly contributions: Float64Array;
}

/** Scores entities of one kind (the pods of a cluster) side by side, each learning as it goes. */
export interface Fleet {
  /**
   * @param rows per entity its values at this time, in the order of `metrics`; entities may come and go
   * @returns per entity its score
   */
  push(time: number, rows: ReadonlyMap<string, ArrayLike<number>>): ReadonlyMap<string, FleetScore>;
}

/** When a fleet's scores, two of which are averaged, open and close an event. */
export const FLEET_GATE: GateRule = { open: 1, of: 5, close: 1 };
/** Seconds from the fleet's first row that only teach. */
const FLEET_LEARNS = 1800;
/** Rows of an entity that only teach: from then on its changes can be told. */
const ENTITY_LEARNS = 13;

interface Entity {
  readonly changes: readonly ChangeTracker[];
  /** Per metric and direction. */
  readonly tails: readonly RecentTail[];
  rows: number;
  last: number;
  gate: GateState;
}

const FLEET_TAIL = 4000;
/** Own past counts n/(n + this), the fleet's the rest. */
const OWN_FROM = 40;
const FLOOR_SHARE = 0.05;
const MAX_ENTITIES = 20_000;
const MAX_SURPRISE = 6;
/** What all do at once, they do not do equally: an entity must exceed the fleet's middle by this much. */
const BEYOND = 1.25;

/** An entity's changes against its own hour, measured among its own past and all entities' past, above what all do at once. */
export function createFleet(metrics: readonly string[]): Fleet {
  const size = metrics.length;
  const groups = groupMetrics(metrics);
  const entities = new Map<string, Entity>();
  const shared = Array.from({ length: 2 * size }, () => createRecentTail(FLEET_TAIL));
  /** The newest entity of each workload. */
  const newest = new Map<string, Entity>();
  const bar = createFleetBar();
  let began = Number.NaN;
  const typical = Array.from({ length: size }, () => ({ sum: 0, count: 0 }));
  /** A pod that replaces one knows from the start what changes are usual of its workload; its level it learns itself. */
  const enter = (name: string): Entity => {
    if (entities.size >= MAX_ENTITIES) {
      const oldest = entities.keys().next().value as string;
      entities.delete(oldest);
      newest.delete(workloadOf(oldest));
    }
    const before = newest.get(workloadOf(name));
    const entity: Entity = {
      changes: typical.map((known) => createChangeTracker(() => FLOOR_SHARE * meanOf(known) || 1e-6)),
      tails: before?.tails.map((tail) => tail.copy()) ?? Array.from({ length: 2 * size }, () => createRecentTail()),
      rows: 0,
      last: Number.NaN,
      gate: CLOSED_GATE,
    };
    entities.set(name, entity);
    newest.set(workloadOf(name), entity);
    return entity;
  };

  const surprisesOf = (entity: Entity, row: ArrayLike<number>): Float64Array => {
    const surprises = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      const value = row[i] as number;
      const known = typical[i] as { sum: number; count: number };
      if (Number.isFinite(value)) {
        known.sum += Math.abs(value);
        known.count++;
      }
      const [newest, steady] = (entity.changes[i] as ChangeTracker).push(value);
      if (Number.isNaN(newest)) {
        continue;
      }
      const now = surpriseOf(entity, i, newest);
      surprises[i] = (now + surpriseOf(entity, i, steady)) / 2;
      remember(entity, i, newest);
    }
    return surprises;
  };

  /** A metric that stands still is an outcome of both directions: small steps of what hardly ever moves are rare. */
  const remember = (entity: Entity, metric: number, change: number) => {
    for (const down of [0, 1]) {
      if (down === 1 ? change <= 0 : change >= 0) {
        (entity.tails[2 * metric + down] as RecentTail).add(Math.abs(change));
        (shared[2 * metric + down] as RecentTail).add(Math.abs(change));
      }
    }
  };

  const surpriseOf = (entity: Entity, metric: number, change: number): number => {
    const slot = 2 * metric + (change < 0 ? 1 : 0);
    const own = entity.tails[slot] as RecentTail;
    const weight = own.size / (own.size + OWN_FROM);
    const amount = Math.abs(change);
    const surprise = weight * own.surprise(amount) + (1 - weight) * (shared[slot] as RecentTail).surprise(amount);
    return Math.min(surprise, MAX_SURPRISE);
  };

  const judge = (entity: Entity, score: number, contributions: Float64Array, fleetKnown: boolean): FleetScore => {
    const steady = (score + (Number.isNaN(entity.last) ? 0 : entity.last)) / 2;
    entity.last = score;
    entity.rows++;
    const learning = !fleetKnown || entity.rows <= ENTITY_LEARNS;
    const [ratio, present] = learning ? [0, 0] : [steady / bar.height, score / bar.height];
    entity.gate = stepGate(entity.gate, { ratio, present }, FLEET_GATE).state;
    const alert = entity.gate.isOpen;
    return { score, steady, bar: bar.height, learning, ratio, present, alert, contributions };
  };

  return {
    push: (time, rows) => {
      began = Number.isNaN(began) ? time : began;
      const fleetKnown = time - began >= FLEET_LEARNS && bar.known;
      const surprises = new Map<string, Float64Array>();
      for (const [name, row] of rows) {
        surprises.set(name, surprisesOf(entities.get(name) ?? enter(name), row));
      }
      const usual = metrics.map((_, i) => median([...surprises.values()].map((values) => values[i] as number)));
      const scores = new Map<string, FleetScore>();
      for (const [name, values] of surprises) {
        const contributions = values.map((value, i) => Math.max(value - BEYOND * (usual[i] as number), 0));
        const score = gather(contributions, groups);
        scores.set(name, judge(entities.get(name) as Entity, score, contributions, fleetKnown));
      }
      for (const [name, { steady }] of scores) {
        const { gate, rows } = entities.get(name) as Entity;
        if (!gate.isOpen && rows > ENTITY_LEARNS) {
          bar.learn(steady);
        }
      }
      return scores;
    },
  };
}

function meanOf(known: { readonly sum: number; readonly count: number } | undefined): number {
  return known === undefined || known.count === 0 ? 0 : known.sum / known.count;
}
