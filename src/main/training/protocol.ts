import type { BackendWish } from "../../detect/backend/prepare.ts";
import type { FitProgress } from "../../detect/detector.ts";
import type { TrainingJob } from "../detection/training.ts";

/** What the training thread is started with. */
export interface ThreadData {
  readonly backend: BackendWish;
}

/** To the thread. */
export type Request =
  | { readonly kind: "train"; readonly id: number; readonly job: TrainingJob }
  | { readonly kind: "abort"; readonly id: number };

/** From the thread. */
export type Reply =
  | { readonly kind: "log"; readonly message: string; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly kind: "progress"; readonly id: number; readonly progress: FitProgress }
  | { readonly kind: "trained"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };
