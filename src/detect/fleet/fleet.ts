import { median } from "../math/statistics.ts";
import { type ChangeTracker, createChangeTracker } from "./change.ts";
import { createRecentTail, type RecentTail } from "./tail.ts";
import { gather, groupMetrics } from "./weights.ts";

/** Score of one entity at one time. */
export interface FleetScore {
  /** Surprise of its metrics above the fleet's, the weighted mean over them, 0 or more. */
  readonly score: number;
  /** −log10 of the share of the fleet's earlier scores that were as high; 0 for scores that are low by any measure. */
  readonly rarity: number;
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

/** How a fleet is scored. */
export interface FleetOptions {
  readonly metrics: readonly string[];
  /** Seconds from an entity's first row that only teach. */
  readonly learning: number;
  /** Rarity from which an entity is in alert; then it is silent for `silence` seconds. */
  readonly bar: number;
  readonly silence: number;
}

interface Entity {
  readonly changes: readonly ChangeTracker[];
  /** Per metric and direction. */
  readonly tails: readonly RecentTail[];
  readonly since: number;
  silentUntil: number;
}

const FLEET_TAIL = 4000;
/** Own past counts n/(n + this), the fleet's the rest. */
const OWN_FROM = 40;
const FLOOR_SHARE = 0.05;
const MAX_ENTITIES = 20_000;
const MAX_SURPRISE = 6;
/** What all do at once, they do not do equally: an entity must exceed the fleet's middle by this much. */
const BEYOND = 1.25;
/** Earlier scores that alerts are measured against: what a mean over few metrics reaches by chance, one over many does not. */
const SCORES = 20_000;
const FEWEST_SCORES = 200;
/** A score below it is about three times rarer than usual in each metric: nothing to speak of, however quiet the fleet is. */
const LEAST_SCORE = 0.5;

/** An entity's changes against its own hour, measured among its own past and all entities' past, above what all do at once. */
export function createFleet(options: FleetOptions): Fleet {
  const size = options.metrics.length;
  const groups = groupMetrics(options.metrics);
  const entities = new Map<string, Entity>();
  const shared = Array.from({ length: 2 * size }, () => createRecentTail(FLEET_TAIL));
  const past = createRecentTail(SCORES);
  const typical = Array.from({ length: size }, () => ({ sum: 0, count: 0 }));
  const enter = (name: string, time: number): Entity => {
    if (entities.size >= MAX_ENTITIES) {
      entities.delete(entities.keys().next().value as string);
    }
    const entity: Entity = {
      changes: typical.map((known) => createChangeTracker(() => FLOOR_SHARE * meanOf(known) || 1e-6)),
      tails: Array.from({ length: 2 * size }, () => createRecentTail()),
      since: time,
      silentUntil: Number.NEGATIVE_INFINITY,
    };
    entities.set(name, entity);
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

  return {
    push: (time, rows) => {
      const surprises = new Map<string, Float64Array>();
      for (const [name, row] of rows) {
        surprises.set(name, surprisesOf(entities.get(name) ?? enter(name, time), row));
      }
      const usual = options.metrics.map((_, i) => median([...surprises.values()].map((values) => values[i] as number)));
      const scores = new Map<string, FleetScore>();
      for (const [name, values] of surprises) {
        const contributions = values.map((value, i) => Math.max(value - BEYOND * (usual[i] as number), 0));
        const score = gather(contributions, groups);
        const entity = entities.get(name) as Entity;
        const rarity = score < LEAST_SCORE || past.size < FEWEST_SCORES ? 0 : past.surprise(score);
        const learnt = time - entity.since >= options.learning;
        const alert = learnt && time >= entity.silentUntil && rarity >= options.bar;
        if (alert) {
          entity.silentUntil = time + options.silence;
        }
        scores.set(name, { score, rarity, alert, contributions });
      }
      for (const { score } of scores.values()) {
        past.add(score);
      }
      return scores;
    },
  };
}

function meanOf(known: { readonly sum: number; readonly count: number } | undefined): number {
  return known === undefined || known.count === 0 ? 0 : known.sum / known.count;
}
