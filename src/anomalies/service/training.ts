import type { Logger } from "pino";
import type { Clock } from "../../alert/clock.ts";
import type { Judgement } from "../../detect/challenge.ts";
import type { FitProgress } from "../../detect/detector.ts";
import type { Frame } from "../../detect/frame.ts";
import type { Unit } from "../../detect/unit.ts";
import type { Store } from "../../store/store.ts";
import type { TrainingJob, UnitTrainer } from "../../training/unit-trainer.ts";
import type { TrainingReason } from "../life/due.ts";
import { judgeChallenger } from "../life/judge.ts";
import { chooseProbes, holdBack, tryUnit } from "../life/trial.ts";
import { WARM_UP_ROWS } from "../life/watched.ts";

/** How far the training of all entities is, for people who wait. */
export interface TrainingProgress {
  readonly done: number;
  readonly total: number;
  /** The entity that is trained just now, with its epoch. */
  readonly entity: string | null;
  readonly epoch: FitProgress | null;
}

export interface TrainingParts {
  readonly store: Pick<Store, "models">;
  readonly trainer: UnitTrainer;
  readonly clock: Clock;
  readonly log: Logger;
  /** Lets other work run between two stretches of scoring. */
  readonly yieldToEventLoop: () => Promise<void>;
}

/** What shall be trained, and on what. */
export interface TrainingTask extends Omit<TrainingJob, "frame"> {
  readonly service: string;
  readonly reason: TrainingReason;
  /** What teaches. */
  readonly teaching: Frame;
  /** All of the newest rows, events too: what champion and challenger are judged on. */
  readonly recent: Frame;
  /** A sentence on what was left out of the history, or joined it; null for nothing. */
  readonly remark: string | null;
}

const DAY = 86_400;
/** Of a history this share is held back, at most a day. */
const HELD_BACK_SHARE = 1 / 8;
/** After a drift the newest data is what must be learnt: only so much is held back. */
const HELD_BACK_AFTER_DRIFT = 3600;

/** Trains an entity's first model, stores it as the active one, and gives it. */
export async function trainFirst(
  task: TrainingTask,
  parts: TrainingParts,
  onProgress: (progress: FitProgress) => void,
  signal: AbortSignal,
): Promise<Unit> {
  const trained = await train(task, task.teaching, parts, onProgress, signal);
  await store(task, trained, parts, { promote: true, because: "the first of its kind", figures: {} });
  return trained.unit;
}

/**
 * Trains a challenger without the newest rows, scores it on them beside the champion, and stores it: as the active one where it
 * is not worse. The reason is stored either way.
 * @returns the challenger when it was promoted, else null
 */
export async function trainChallenger(
  champion: Unit,
  task: TrainingTask,
  parts: TrainingParts,
  onProgress: (progress: FitProgress) => void,
  signal: AbortSignal,
): Promise<Unit | null> {
  const seconds = task.reason.kind === "drift" ? HELD_BACK_AFTER_DRIFT : DAY;
  const until = lastTime(task.recent) - Math.min(seconds, spanOf(task.teaching) * HELD_BACK_SHARE);
  const { teaching } = holdBack(task.teaching, until, 0);
  const { recent, from } = holdBack(task.recent, until, WARM_UP_ROWS);
  const trained = await train(task, teaching, parts, onProgress, signal);
  const probes = chooseProbes(recent, from, task.options.seed);
  const [old, fresh] = [
    await tryUnit(champion, recent, from, probes, parts.yieldToEventLoop),
    await tryUnit(trained.unit, recent, from, probes, parts.yieldToEventLoop),
  ];
  const judgement = judgeChallenger(old, fresh);
  await store(task, trained, parts, judgement);
  if (!judgement.promote) {
    trained.unit.model.dispose();
    return null;
  }
  return trained.unit;
}

interface Trained {
  readonly unit: Unit;
  readonly bytes: Uint8Array;
  readonly seconds: number;
}

async function train(
  task: TrainingTask,
  frame: Frame,
  { trainer }: TrainingParts,
  onProgress: (progress: FitProgress) => void,
  signal: AbortSignal,
): Promise<Trained> {
  const began = performance.now();
  const { entity, detector, options } = task;
  const result = await trainer.train({ entity, detector, frame, options }, onProgress, signal);
  return { ...result, seconds: (performance.now() - began) / 1000 };
}

async function store(task: TrainingTask, trained: Trained, parts: TrainingParts, judgement: Judgement): Promise<void> {
  const { unit, bytes, seconds } = trained;
  const at = parts.clock();
  const note = noteOf(task, judgement);
  await parts.store.models.save({
    id: `${task.entity}:${unit.detector}:${unit.version}:${at.getTime()}`,
    entity: task.entity,
    service: task.service,
    detector: unit.detector,
    version: unit.version,
    trainedAt: at,
    trainedFrom: new Date((unit.trained.from ?? 0) * 1000),
    trainedTo: new Date((unit.trained.to ?? 0) * 1000),
    metrics: unit.metrics,
    threshold: -Math.log10(unit.threshold.risk),
    figures: { seconds, rows: unit.trained.rows, ...judgement.figures },
    active: judgement.promote,
    note,
    bytes,
  });
  const { entity } = task;
  const { detector, version, trained: on } = unit;
  parts.log.info({ entity, detector, version, rows: on.rows, seconds, live: judgement.promote, note }, "model trained");
}

function noteOf({ reason, remark }: TrainingTask, { promote, because }: Judgement): string {
  const why = reason.kind === "first" ? "" : `trained because ${reason.because}; `;
  const first = reason.kind === "first" ? because : `${promote ? "live" : "not live"}, ${because}`;
  return `${why}${first}${remark === null ? "" : `; ${remark}`}`;
}

function lastTime({ times, rows }: Frame): number {
  return times?.[rows - 1] ?? 0;
}

function spanOf(frame: Frame): number {
  return lastTime(frame) - (frame.times?.[0] ?? 0);
}
