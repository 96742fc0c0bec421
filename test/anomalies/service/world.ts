import { pino } from "pino";
import type { Anomaly } from "../../../src/alert/anomaly.ts";
import { createDetection, type Detection } from "../../../src/anomalies/service/detection.ts";
import { loadCatalogue } from "../../../src/config/catalogue.ts";
import type { EntitySpec } from "../../../src/config/entities.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { Config } from "../../../src/config/schema.ts";
import { seededRandom } from "../../../src/detect/math/random.ts";
import { findDetector } from "../../../src/detect/registry.ts";
import { loadUnit, saveUnit, trainUnit } from "../../../src/detect/unit.ts";
import { createModelDesk, type ModelDesk } from "../../../src/operations/models.ts";
import type { MetricSource } from "../../../src/prometheus/source.ts";
import { type CurrentState, createCurrentState } from "../../../src/status/current-state.ts";
import type { Store } from "../../../src/store/store.ts";
import type { UnitTrainer } from "../../../src/training/unit-trainer.ts";

export const MINUTE = 60_000;
export const START = Date.UTC(2026, 5, 1);

/** A value of a metric of an entity at Unix seconds; null where there is none. */
export type Values = (entity: string, metric: string, seconds: number) => number | null;

/** About standard normal noise that depends on nothing but its arguments. */
export function noiseAt(seconds: number, salt: number): number {
  const random = seededRandom(seconds * 31 + salt);
  return (random() + random() + random() + random() - 2) * Math.sqrt(3);
}

/** Ordinary values of a small service. */
export const ordinary: Values = (_, metric, seconds) =>
  metric === "cpu" ? 10 + noiseAt(seconds, 1) : 20 + noiseAt(seconds, 2);

/** Trains in this thread, with the cheap detectors. */
export const directTrainer: UnitTrainer = {
  async train({ detector, frame, options }) {
    const bytes = saveUnit(await trainUnit(await findDetector(detector), frame, options));
    return { unit: await loadUnit(bytes, findDetector), bytes };
  },
};

/** A detection over a simulated source, moved on by hand. */
export interface DetectionWorld {
  readonly current: CurrentState;
  readonly detection: Detection;
  readonly models: ModelDesk;
  /** Everything detection told of, in turn. */
  readonly told: (readonly Anomaly[])[];
  now(): Date;
  /** Moves the clock on in steps, with a round of scoring at each. */
  score(minutes: number): Promise<void>;
  /** Moves the clock on at once, with one round of scoring that catches up. */
  catchUp(minutes: number): Promise<void>;
  /** One round of training. */
  train(): Promise<void>;
}

export const spec: EntitySpec = {
  name: "dbs",
  service: "dbs",
  by: [],
  metrics: [
    { name: "cpu", query: "cpu", unit: "" },
    { name: "latency", query: "latency", unit: "" },
  ],
};

const BASE = {
  prometheus: { step: MINUTE },
  detect: { detectors: ["mahalanobis"], train: { history: 12 * 60 * MINUTE, minimum: 120 * MINUTE } },
};

/** @param entities names of the entities that a split query finds at Unix seconds; of a whole service just its name */
export function createWorld(options: {
  readonly store: Store;
  readonly values: Values;
  readonly startAt?: number;
  readonly specs?: readonly EntitySpec[];
  readonly pods?: (seconds: number) => readonly string[];
  readonly change?: (config: Config) => Config;
  readonly more?: Partial<Parameters<typeof createDetection>[0]>;
}): DetectionWorld {
  const { store, values, specs = [spec] } = options;
  let now = options.startAt ?? START + 12 * 60 * MINUTE;
  const clock = () => new Date(now);
  const plain = loadConfig(null, {});
  const config: Config = {
    ...plain,
    prometheus: { ...plain.prometheus, ...BASE.prometheus },
    detect: {
      ...plain.detect,
      detectors: BASE.detect.detectors,
      train: { ...plain.detect.train, ...BASE.detect.train },
    },
  };
  const source: MetricSource = {
    name: "test",
    async range(query, from, to, step) {
      const owner = specs.find(({ metrics }) => metrics.some((metric) => metric.query === query));
      const split = owner !== undefined && owner.by.length > 0;
      const names = split ? (options.pods?.(to.getTime() / 1000) ?? []) : [owner?.name ?? ""];
      return names.map((name) => {
        const points: [number, number][] = [];
        for (let at = from.getTime(); at <= Math.min(to.getTime(), now); at += step) {
          const value = values(name, query, at / 1000);
          points.push(...(value === null ? [] : [[at / 1000, value] as [number, number]]));
        }
        return {
          labels: split ? { [owner.by[0] as string]: name } : ({} as Record<string, string>),
          times: Float64Array.from(points, ([time]) => time),
          values: Float64Array.from(points, ([, value]) => value),
        };
      });
    },
    instant: async () => [],
    reachable: async () => ({ ok: true }),
  };
  const current = createCurrentState(MINUTE);
  const told: (readonly Anomaly[])[] = [];
  const detection = createDetection({
    events: { on: () => {} },
    config: options.change?.(config) ?? config,
    catalogue: loadCatalogue(null),
    specs,
    source,
    store,
    trainer: directTrainer,
    current,
    clock,
    log: pino({ level: "silent" }),
    onAnomalies: async (anomalies) => void told.push(anomalies),
    ...options.more,
  });
  const loop = (name: string) => detection.loops.find((one) => one.name === name);
  const run = async (name: string) => {
    await loop(name)?.runNow();
    const error = loop(name)?.status().lastError ?? null;
    if (error !== null) {
      throw new Error(error);
    }
  };
  return {
    current,
    detection,
    models: createModelDesk({ keeperOf: detection.keeperOf, store, clock }),
    told,
    now: clock,
    async score(minutes) {
      for (let at = 0; at < minutes; at++) {
        now += MINUTE;
        await run("scoring");
      }
    },
    async catchUp(minutes) {
      now += minutes * MINUTE;
      await run("scoring");
    },
    train: () => run("training"),
  };
}
