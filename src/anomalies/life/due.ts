import type { DriftVerdict } from "./drift.ts";

/** Why an entity is trained now. */
export interface TrainingReason {
  readonly kind: "first" | "asked" | "schedule" | "drift";
  readonly because: string;
}

export interface DueInput {
  /** When the entity was last trained, whether the model went live or not; null for never. */
  readonly lastTrained: Date | null;
  readonly now: Date;
  /** Milliseconds; 0 for never. */
  readonly every: number;
  readonly drift: DriftVerdict;
}

/** Drift is answered at most this often, as a share of the schedule: a model that cannot be bettered is not tried all day. */
const DRIFT_SHARE = 1 / 6;
const LEAST_DRIFT_PAUSE = 3_600_000;

/** Says whether a model in service shall be trained again, and why; null when not. */
export function trainingDue({ lastTrained, now, every, drift }: DueInput): TrainingReason | null {
  const age = lastTrained === null ? Number.POSITIVE_INFINITY : now.getTime() - lastTrained.getTime();
  if (every > 0 && age >= every) {
    return { kind: "schedule", because: "its time has come" };
  }
  if (drift.drifted && age >= Math.max(every * DRIFT_SHARE, LEAST_DRIFT_PAUSE)) {
    return { kind: "drift", because: drift.because };
  }
  return null;
}
