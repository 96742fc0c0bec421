import type { Anomaly } from "../../alert/anomaly.ts";
import { steadyTime } from "../../alert/clock.ts";
import { formatDuration } from "../../alert/duration.ts";
import { type EntitySpec, trainingOptions } from "../../config/entities.ts";
import type { Config } from "../../config/schema.ts";
import type { Frame } from "../../detect/frame.ts";
import type { MetricSource } from "../../prometheus/source.ts";
import type { Store } from "../../store/store.ts";
import { driftOf, NO_DRIFT } from "../life/drift.ts";
import { type TrainingReason, trainingDue } from "../life/due.ts";
import { fetchFrames } from "../life/frames.ts";
import { LONGEST_EVENT, stretchesOf, teachingHistory } from "../life/history.ts";
import { driftRule, stateOf, warmUp } from "../life/watched.ts";
import { type EarlierRows, fetchEarlier } from "./ranges.ts";
import type { Known, Roster } from "./roster.ts";
import {
  type TrainingParts,
  type TrainingProgress,
  type TrainingTask,
  trainChallenger,
  trainFirst,
} from "./training.ts";

export interface LearningParts extends TrainingParts {
  readonly config: Config;
  readonly detector: string;
  readonly roster: Roster;
  readonly source: MetricSource;
  readonly store: Pick<Store, "models" | "anomalies">;
  /** True for an event that people said is ordinary, and still say. */
  readonly forgives: (event: Anomaly) => boolean;
  /** Told when the progress has changed. */
  readonly changed: () => void;
}

/** Trains what has no model, and again what is due. */
export interface Learning {
  run(signal: AbortSignal): Promise<void>;
  progress(): Pick<TrainingProgress, "entity" | "epoch">;
}

const RETRY_AFTER = 60_000;
/** What has a model that works is in no hurry. */
const RETRY_CHALLENGER_AFTER = 15 * 60_000;
const TAKE_UP_EVERY = 60_000;
const MOST_EVENTS = 1000;

interface Due {
  readonly one: Known;
  readonly reason: TrainingReason;
}

/** @returns learning that has looked at nothing yet; `run` looks once and trains all that is due, one after the other */
export function createLearning(parts: LearningParts): Learning {
  const { config, roster, source, store, clock, log } = parts;
  const { step } = config.prometheus;
  let training: Pick<TrainingProgress, "entity" | "epoch"> = { entity: null, epoch: null };
  let tookUpAt = steadyTime(clock);

  function tell(entity: string | null, epoch: TrainingProgress["epoch"]): void {
    training = { entity, epoch };
    parts.changed();
  }

  function dueOf(one: Known, now: Date): Due | null {
    if (one.retryAt > steadyTime(clock)) {
      return null;
    }
    if (one.watched === null) {
      return { one, reason: { kind: "first", because: "there is no model of it" } };
    }
    const { every, drift: limit } = config.detect.train;
    const drift = driftOf(one.watched.drift, driftRule(one.watched.unit, limit));
    const reason = trainingDue({ lastTrained: one.lastTrained, now, every, drift });
    return reason === null ? null : { one, reason };
  }

  async function run(signal: AbortSignal): Promise<void> {
    const now = clock();
    if (steadyTime(clock) - tookUpAt >= TAKE_UP_EVERY) {
      tookUpAt = steadyTime(clock);
      await roster.takeUp(signal);
    }
    const due = roster.all().flatMap((one) => dueOf(one, now) ?? []);
    const first = due.filter(({ reason }) => reason.kind === "first");
    // Who has no model at all does not wait for those whose model is only old.
    for (const [spec, ofSpec] of bySpec(first.length > 0 ? first : due.slice(0, 1))) {
      if (signal.aborted) {
        return;
      }
      await trainSpec(spec, ofSpec, signal);
    }
  }

  async function trainSpec(spec: EntitySpec, due: readonly Due[], signal: AbortSignal): Promise<void> {
    const to = new Date(Math.floor(clock().getTime() / step) * step);
    const from = new Date(to.getTime() - config.detect.train.history);
    let frames: ReadonlyMap<string, Frame>;
    try {
      frames = await fetchFrames(source, spec, from, to, step, signal);
    } catch (error) {
      for (const { one } of due) {
        fail(one, error as Error, signal);
      }
      return;
    }
    const { ranges } = config.detect.train;
    const earlier = await fetchEarlier({ source, ranges, log }, spec, { to, until: from }, signal);
    for (const { one, reason } of due) {
      if (!signal.aborted) {
        const frame = frames.get(one.entity) ?? { metrics: [], rows: 0, values: new Float64Array(0), times: null };
        await trainOne(one, reason, { frame, earlier }, signal).catch((error: Error) => fail(one, error, signal));
        tell(null, null);
      }
    }
  }

  function fail(one: Known, error: Error, signal: AbortSignal): void {
    one.retryAt = steadyTime(clock) + (one.watched === null ? RETRY_AFTER : RETRY_CHALLENGER_AFTER);
    if (!signal.aborted) {
      if (one.watched === null) {
        roster.tellLearning(one, `training failed: ${error.message}`);
      }
      log.error({ entity: one.entity, err: error }, "training failed; it is tried again soon");
    }
  }

  async function trainOne(
    one: Known,
    reason: TrainingReason,
    { frame, earlier }: { readonly frame: Frame; readonly earlier: EarlierRows },
    signal: AbortSignal,
  ): Promise<void> {
    const { events, ordinary } = await eventsOf(one, frame);
    const { frame: teaching, excluded, joined } = teachingHistory(frame, events, ordinary);
    const needed = Math.ceil(config.detect.train.minimum / step);
    if (teaching.rows < needed) {
      const soon = Math.min(step * 10, 300_000);
      one.retryAt = steadyTime(clock) + (one.watched === null ? soon : RETRY_CHALLENGER_AFTER);
      if (one.watched === null) {
        const missing = formatDuration((needed - teaching.rows) * step);
        roster.tellLearning(one, `learning: ${missing} of history are still missing`);
      }
      return;
    }
    tell(one.entity, null);
    const task: TrainingTask = {
      entity: one.entity,
      service: one.spec.service,
      detector: parts.detector,
      options: { ...trainingOptions(config.detect), ...(await rangesOf(one, earlier)) },
      reason,
      teaching,
      recent: frame,
      remark: remarkOf(excluded, joined, earlier.remark),
    };
    const champion = one.watched;
    const onProgress = (epoch: TrainingProgress["epoch"]) => tell(one.entity, epoch);
    const unit =
      champion === null
        ? await trainFirst(task, parts, onProgress, signal)
        : await trainChallenger(champion.unit, task, parts, onProgress, signal);
    one.lastTrained = clock();
    if (unit === null) {
      keepChampion(one);
    } else {
      const before = one.watched === null ? undefined : stateOf(one.watched);
      roster.replace(one, warmUp(unit, one.entity, one.spec.service, frame, before));
    }
  }

  /** The earlier rows of an entity; anomalous points do not teach here either. */
  async function rangesOf(one: Known, { frames }: EarlierRows): Promise<{ readonly ranges?: Frame }> {
    const frame = frames.get(one.entity);
    if (frame === undefined) {
      return {};
    }
    const { events, ordinary } = await eventsOf(one, frame);
    return { ranges: teachingHistory(frame, events, ordinary).frame };
  }

  /** The drift that was answered is not drift again: the next verdict rests on what comes from now on. */
  function keepChampion({ watched }: Known): void {
    if (watched !== null) {
      watched.drift = NO_DRIFT;
    }
  }

  async function eventsOf({ entity }: Known, frame: Frame) {
    const since = new Date((frame.times?.[0] ?? 0) * 1000 - LONGEST_EVENT);
    const known = await store.anomalies.recent({ since, entity, limit: MOST_EVENTS });
    return stretchesOf(known, clock(), parts.forgives);
  }

  return { run, progress: () => training };
}

function bySpec(due: readonly Due[]): ReadonlyMap<EntitySpec, readonly Due[]> {
  const found = new Map<EntitySpec, Due[]>();
  for (const one of due) {
    found.set(one.one.spec, [...(found.get(one.one.spec) ?? []), one]);
  }
  return found;
}

function remarkOf(excluded: number, joined: number, ranges: string | null): string | null {
  const said = [
    excluded === 0 ? [] : `${excluded} points in events did not teach`,
    joined === 0 ? [] : `${joined} points that people call ordinary did`,
    ranges ?? [],
  ].flat();
  return said.length === 0 ? null : said.join("; ");
}
