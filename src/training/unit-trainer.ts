import type { FitProgress } from "../detect/detector.ts";
import type { Frame } from "../detect/frame.ts";
import { findDetector } from "../detect/registry.ts";
import { loadUnit, type Unit, type UnitOptions } from "../detect/unit.ts";
import type { Trainer } from "./trainer.ts";

/** Trains a unit off the main thread. */
export interface UnitTrainer {
  train(
    job: TrainingJob,
    onProgress: (progress: FitProgress) => void,
    signal: AbortSignal,
  ): Promise<{ readonly unit: Unit; readonly bytes: Uint8Array }>;
}

export interface TrainingJob {
  readonly entity: string;
  readonly detector: string;
  readonly frame: Frame;
  readonly options: Omit<UnitOptions, "onProgress" | "signal">;
}

/** Trains on the trainer's thread, and loads what it gives. */
export function createUnitTrainer(trainer: Pick<Trainer, "trainUnit">): UnitTrainer {
  return {
    async train({ detector, frame, options }, onProgress, signal) {
      const bytes = await trainer.trainUnit(detector, frame, { ...options, onProgress, signal });
      return { unit: await loadUnit(bytes, findDetector), bytes };
    },
  };
}
