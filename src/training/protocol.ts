import type { BackendWish } from "../detect/backend/prepare.ts";
import type { FitProgress, SavedModel } from "../detect/detector.ts";
import type { Frame } from "../detect/frame.ts";
import type { UnitOptions } from "../detect/unit.ts";
import type { TrainedSequences } from "../transfers/model/lstm/training.ts";

/** Options of a job that can be sent to another thread. */
export type SentOptions = Omit<UnitOptions, "onProgress" | "signal">;

/** What a job shall give: a detector's model alone, the whole unit with its calibration and threshold, or transfers' network. */
export type JobKind = "model" | "unit" | "transfers";

/** From the trainer to its thread. */
export type ToWorker =
  | {
      readonly type: "train";
      readonly job: number;
      readonly kind: JobKind;
      readonly detector: string;
      readonly frame: Frame;
      readonly options: SentOptions;
    }
  | { readonly type: "abort"; readonly job: number };

/** What a job gave. */
export type Trained =
  | { readonly kind: "model"; readonly saved: SavedModel }
  | { readonly kind: "unit"; readonly bytes: Uint8Array }
  | { readonly kind: "transfers"; readonly sequences: TrainedSequences };

/** From the thread to its trainer. */
export type FromWorker =
  | { readonly type: "log"; readonly message: string; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly type: "progress"; readonly job: number; readonly progress: FitProgress }
  | { readonly type: "trained"; readonly job: number; readonly trained: Trained }
  | { readonly type: "failed"; readonly job: number; readonly error: SentError };

/** What the thread is started with. */
export interface WorkerStart {
  readonly backend: BackendWish;
}

/** An error without its class, which does not survive the way between threads. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** The three parts of a mistake that the person can fix; null for any other error. */
  readonly user: { readonly what: string; readonly where: string; readonly hint: string } | null;
}
