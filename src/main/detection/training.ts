import type { Logger } from "pino";
import type { Clock } from "../../alert/clock.ts";
import type { Config } from "../../config/schema.ts";
import type { FitProgress } from "../../detect/detector.ts";
import type { Frame } from "../../detect/frame.ts";
import type { Unit } from "../../detect/unit.ts";
import type { Store } from "../../store/store.ts";

/** Trains a unit off the main thread. */
export interface UnitTrainer {
  train(
    job: TrainingJob,
    onProgress: (progress: FitProgress) => void,
    signal: AbortSignal,
  ): Promise<{ unit: Unit; bytes: Uint8Array }>;
}

export interface TrainingJob {
  readonly entity: string;
  readonly detector: string;
  readonly frame: Frame;
  readonly options: {
    readonly seed: number;
    readonly epochs: number;
    readonly threshold: Config["detect"]["threshold"];
  };
}

/** How far the training of all entities is, for people who wait. */
export interface TrainingProgress {
  readonly done: number;
  readonly total: number;
  /** The entity that is trained just now, with its epoch. */
  readonly entity: string | null;
  readonly epoch: FitProgress | null;
}

/** History that is long enough, or how long still to wait. */
export function enoughHistory(
  frame: Frame,
  minimumRows: number,
): { readonly ok: true } | { readonly ok: false; readonly rows: number } {
  const size = frame.metrics.length;
  let rows = 0;
  for (let row = 0; row < frame.rows; row++) {
    const values = frame.values.subarray(row * size, (row + 1) * size);
    rows += values.some((value) => Number.isFinite(value)) ? 1 : 0;
  }
  return rows >= minimumRows ? { ok: true } : { ok: false, rows };
}

/** The frame without the rows before its first value. */
export function trimStart(frame: Frame): Frame {
  const size = frame.metrics.length;
  const first = frame.values.findIndex((value) => Number.isFinite(value));
  const skipped = first < 0 ? frame.rows : Math.floor(first / size);
  return {
    ...frame,
    rows: frame.rows - skipped,
    values: frame.values.subarray(skipped * size),
    times: frame.times?.subarray(skipped) ?? null,
  };
}

/** Trains, stores the unit as the entity's active version, and gives it back. */
export async function trainAndStore(
  job: TrainingJob & { readonly service: string },
  parts: { store: Store; trainer: UnitTrainer; clock: Clock; log: Logger },
  onProgress: (progress: FitProgress) => void,
  signal: AbortSignal,
): Promise<Unit> {
  const began = performance.now();
  const { unit, bytes } = await parts.trainer.train(job, onProgress, signal);
  const seconds = (performance.now() - began) / 1000;
  const at = parts.clock();
  await parts.store.models.save({
    id: `${job.entity}:${unit.detector}:${unit.version}:${at.getTime()}`,
    entity: job.entity,
    service: job.service,
    detector: unit.detector,
    version: unit.version,
    trainedAt: at,
    trainedFrom: new Date((unit.trained.from ?? 0) * 1000),
    trainedTo: new Date((unit.trained.to ?? 0) * 1000),
    metrics: unit.metrics,
    threshold: -Math.log10(unit.threshold.risk),
    figures: { seconds, rows: unit.trained.rows },
    active: true,
    bytes,
  });
  parts.log.info(
    { entity: job.entity, detector: unit.detector, version: unit.version, rows: unit.trained.rows, seconds },
    "model trained",
  );
  return unit;
}
