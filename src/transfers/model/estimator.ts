import type { Transfer } from "./transfer.ts";

/** What a model expects of ln(1 + seconds) of one transfer: its middle and its spread. */
export interface Estimate {
  readonly mean: number;
  readonly scale: number;
}

/**
 * A model of durations that learns as transfers end. An estimate depends only on transfers that were learnt before and
 * were over when the transfer in question began.
 */
export interface Estimator {
  readonly name: string;
  /** False for a model that stays as it was trained: what is new is not in it, and its interval is made with caution. */
  readonly follows: boolean;
  estimate(transfer: Transfer): Estimate;
  /** @param given what `estimate` said of it before it was over */
  learn(transfer: Transfer & { readonly duration: number }, given: Estimate): void;
  /** JSON-serialisable; what the estimator's own loader takes. */
  save(): unknown;
}

/** A transfer that is over. */
export type Finished = Transfer & { readonly duration: number };

/** ln(1 + seconds): the scale on which durations are compared. */
export function logDuration(seconds: number): number {
  return Math.log1p(Math.max(0, seconds));
}

/** True for a transfer that was done and says how long it took. */
export function isFinished(transfer: Transfer): transfer is Finished {
  return transfer.duration !== null && transfer.outcome === "done";
}
