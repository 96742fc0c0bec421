import PQueue from "p-queue";
import type { Logger } from "pino";
import type { Anomaly } from "../../alert/anomaly.ts";
import type { Clock } from "../../alert/clock.ts";
import { formatDuration } from "../../alert/duration.ts";
import type { Config } from "../../config/schema.ts";
import type { Frame } from "../../detect/frame.ts";
import type { CurrentState } from "../../intelligence/current-state.ts";
import type { MetricSource } from "../../prometheus/source.ts";
import type { Store } from "../../store/store.ts";
import { createLoop, type Loop } from "../loop.ts";
import type { EntitySpec } from "./entities.ts";
import { fetchFrames } from "./frames.ts";
import { enoughHistory, type TrainingProgress, trainAndStore, trimStart, type UnitTrainer } from "./training.ts";
import { restoreWatched, saveLiveState, scoreNewRows, type Watched, watch } from "./watched.ts";

/** Metrics to anomalies: trains what has no model, scores what has come, tells what changed. */
export interface Detection {
  start(): void;
  stop(): Promise<void>;
  readonly loops: readonly Loop[];
  progress(): TrainingProgress;
  /** Entities that are scored. */
  watched(): readonly Watched[];
  /** A person has closed this anomaly: its further course is not told of. */
  dismiss(id: string): void;
}

export interface DetectionParts {
  readonly config: Config;
  readonly specs: readonly EntitySpec[];
  readonly source: MetricSource;
  readonly store: Store;
  readonly trainer: UnitTrainer;
  readonly current: CurrentState;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of anomalies that opened, changed or closed, after they are stored. */
  readonly onAnomalies: (anomalies: readonly Anomaly[]) => Promise<void>;
}

const QUERIES_AT_ONCE = 6;
const SAVE_STATE_EVERY = 60_000;
/** A longer absence is not scored afterwards: nobody needs an alert of yesterday, and history serves training anyhow. */
const CATCH_UP = 6 * 3_600_000;

interface Known {
  readonly spec: EntitySpec;
  readonly entity: string;
  watched: Watched | null;
  /** Not trained again before this time. */
  retryAt: number;
}

/** Builds the two loops (scoring and training) of detection; nothing runs before `start`. */
export function createDetection(parts: DetectionParts): Detection {
  const { config, specs, source, store, current, clock, log } = parts;
  const { step } = config.prometheus;
  const known = new Map<string, Known>();
  const queue = new PQueue({ concurrency: QUERIES_AT_ONCE });
  const openAnomalies = new Map<string, Anomaly>();
  const dismissed = new Set<string>();
  let restored = false;
  let savedAt = 0;
  let training: Pick<TrainingProgress, "entity" | "epoch"> = { entity: null, epoch: null };

  async function restore(): Promise<void> {
    for (const anomaly of await store.anomalies.open()) {
      openAnomalies.set(anomaly.id, anomaly);
    }
    await Promise.all(specs.filter(({ by }) => by.length === 0).map((spec) => learnOf(spec, spec.name)));
    restored = true;
  }

  async function learnOf(spec: EntitySpec, entity: string): Promise<Known> {
    const already = known.get(entity);
    if (already !== undefined) {
      return already;
    }
    const names = spec.metrics.map(({ name }) => name);
    const watched = await restoreWatched(store, entity, spec.service, names, (reason) =>
      log.warn({ entity, reason }, "stored model not used; it is trained anew"),
    );
    const one: Known = { spec, entity, watched, retryAt: 0 };
    known.set(entity, one);
    if (watched === null) {
      tellLearning(one, "waiting for training");
    }
    return one;
  }

  function tellLearning({ entity, spec }: Known, note: string): void {
    current.setEntity({
      entity,
      service: spec.service,
      state: "learning",
      note,
      score: null,
      threshold: null,
      detector: config.detect.detectors[0] ?? null,
      modelVersion: null,
      at: null,
    });
  }

  /** The newest whole step: a point is asked for when its step is over. */
  const newest = () => new Date(Math.floor(clock().getTime() / step) * step);

  async function scoreSpec(spec: EntitySpec, to: Date, signal: AbortSignal): Promise<readonly Anomaly[]> {
    const mine = [...known.values()].filter((one) => one.spec === spec && one.watched !== null);
    const last = Math.min(...mine.map((one) => (one.watched?.lastTime ?? (to.getTime() - step) / 1000) * 1000));
    const from = new Date(Math.max(mine.length === 0 ? to.getTime() : last + step, to.getTime() - CATCH_UP));
    if (from > to || (mine.length === 0 && spec.by.length === 0)) {
      return [];
    }
    const updates: Anomaly[] = [];
    for (const [entity, frame] of await fetchFrames(source, spec, from, to, step, signal)) {
      const { watched } = await learnOf(spec, entity);
      updates.push(...(watched === null ? [] : scoreNewRows(watched, frame, current)));
    }
    return updates;
  }

  async function score(signal: AbortSignal): Promise<void> {
    if (!restored) {
      await restore();
    }
    const to = newest();
    const results = await Promise.allSettled(specs.map((spec) => queue.add(() => scoreSpec(spec, to, signal))));
    const failed = results.filter((result) => result.status === "rejected");
    const updates = results.flatMap((result) => (result.status === "fulfilled" ? (result.value ?? []) : []));
    await remember(updates);
    await report(failed, to);
    if (clock().getTime() - savedAt > SAVE_STATE_EVERY) {
      await saveStates();
    }
    current.changed();
  }

  async function remember(updates: readonly Anomaly[]): Promise<void> {
    const wanted = updates.filter(({ id }) => !dismissed.has(id));
    if (wanted.length > 0) {
      await store.anomalies.save(wanted);
    }
    for (const anomaly of wanted) {
      if (anomaly.closedAt === null) {
        openAnomalies.set(anomaly.id, anomaly);
      } else {
        openAnomalies.delete(anomaly.id);
      }
    }
    current.anomalies.set([...openAnomalies.values()], clock());
    await parts.onAnomalies([...wanted.filter(({ closedAt }) => closedAt !== null), ...openAnomalies.values()]);
  }

  async function report(failed: readonly PromiseRejectedResult[], to: Date): Promise<void> {
    const reason = failed[0] === undefined ? null : ((failed[0].reason as Error).message ?? String(failed[0].reason));
    if (reason !== null) {
      log.warn({ failed: failed.length, of: specs.length, reason }, "metrics could not be read");
      current.anomalies.fail(reason, clock());
    }
    const down = failed.length === specs.length && specs.length > 0;
    current.setSource({
      name: "prometheus",
      state: down ? "down" : failed.length > 0 ? "stale" : "ok",
      at: down ? (current.sources().find(({ name }) => name === "prometheus")?.at ?? null) : to,
      because: reason ?? `${specs.length} queries answered`,
    });
  }

  async function saveStates(): Promise<void> {
    savedAt = clock().getTime();
    for (const { watched } of known.values()) {
      if (watched !== null) {
        await saveLiveState(store, watched);
      }
    }
  }

  async function train(signal: AbortSignal): Promise<void> {
    const now = clock().getTime();
    const due = [...known.values()].filter((one) => one.watched === null && one.retryAt <= now);
    for (const one of due) {
      if (signal.aborted) {
        return;
      }
      await trainOne(one, signal).catch((error: Error) => {
        one.retryAt = clock().getTime() + 60_000;
        if (!signal.aborted) {
          tellLearning(one, `training failed: ${error.message}`);
          log.error({ entity: one.entity, err: error }, "training failed; it is tried again in a minute");
        }
      });
      tellProgress(null, null);
    }
  }

  function tellProgress(entity: string | null, epoch: TrainingProgress["epoch"]): void {
    training = { entity, epoch };
    current.changed();
  }

  async function trainOne(one: Known, signal: AbortSignal): Promise<void> {
    const to = newest();
    const from = new Date(to.getTime() - config.detect.train.history);
    const frames = await fetchFrames(source, one.spec, from, to, step, signal);
    const frame = trimStart(frames.get(one.entity) ?? emptyLike(one.spec));
    const needed = Math.ceil(config.detect.train.minimum / step);
    const history = enoughHistory(frame, needed);
    if (!history.ok) {
      one.retryAt = clock().getTime() + Math.min(step * 10, 300_000);
      tellLearning(one, `learning: ${formatDuration((needed - history.rows) * step)} of history are still missing`);
      return;
    }
    tellProgress(one.entity, null);
    const { seed, epochs } = config.detect.train;
    const unit = await trainAndStore(
      {
        entity: one.entity,
        service: one.spec.service,
        detector: config.detect.detectors[0] ?? "aefc",
        frame,
        options: { seed, epochs, threshold: config.detect.threshold },
      },
      { store, trainer: parts.trainer, clock, log },
      (epoch) => tellProgress(one.entity, epoch),
      signal,
    );
    one.watched = warmUp(watch(unit, one.entity, one.spec.service), frame);
  }

  /** Runs the end of the history through a fresh scorer, so that the first live point already has its window. */
  function warmUp(watched: Watched, frame: Frame): Watched {
    const rows = Math.min(frame.rows, 240);
    const size = frame.metrics.length;
    const skipped = frame.rows - rows;
    scoreNewRows(
      watched,
      {
        ...frame,
        rows,
        values: frame.values.subarray(skipped * size),
        times: frame.times?.subarray(skipped) ?? null,
      },
      current,
    );
    return watched;
  }

  const scoring = createLoop({ name: "scoring", every: step, run: score, clock, log });
  const learning = createLoop({ name: "training", every: 2000, run: train, clock, log });
  return {
    loops: [scoring, learning],
    start() {
      scoring.start();
      learning.start();
    },
    async stop() {
      await learning.stop();
      await scoring.stop();
      await saveStates();
    },
    progress: () => ({
      done: [...known.values()].filter(({ watched }) => watched !== null).length,
      total: Math.max(known.size, specs.length),
      ...training,
    }),
    dismiss(id) {
      openAnomalies.delete(id);
      dismissed.add(id);
      current.anomalies.set([...openAnomalies.values()], clock());
    },
    watched: () => [...known.values()].flatMap(({ watched }) => watched ?? []),
  };
}

function emptyLike(spec: EntitySpec): Frame {
  return {
    metrics: spec.metrics.map(({ name }) => name),
    rows: 0,
    values: new Float64Array(0),
    times: new Float64Array(0),
  };
}
