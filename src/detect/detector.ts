import type { Frame } from "./frame.ts";

/** What a model says of one row. */
export interface RowScore {
  /** Raw score, 0 or more, higher is worse. Comparable only within one model: calibration makes it a probability. */
  readonly score: number;
  /**
   * What alerts look at, in the same sense, where it is not the score: what ranks best remembers history's level, what alerts best
   * forgives a level that has moved for good.
   */
  readonly alertScore?: number;
  /**
   * How the present looks, in the same sense as `alertScore`, where that remembers what has passed: averages over the last rows
   * alone. Without it the alert score is all there is.
   */
  readonly short?: ShortScores;
  /** Per metric, 0 or more: how much of the score it caused. Length F. */
  readonly contributions: Float64Array;
  /** Per metric, the value the model expected, in the metric's unit; NaN where the model gives none. Length F. */
  readonly expected: Float64Array;
}

/** Alert scores of averages over a few rows. */
export interface ShortScores {
  /** Of all that the alert score is made of: no event opens while this is ordinary. */
  readonly all: number;
  /** Of how far values are from where they ought to be alone: a recovery is a change, too, and keeps no event open. */
  readonly level: number;
  /** How far the row itself is from where it ought to be, in units of what nine of ten rows of history stay below. */
  readonly row: number;
}

/**
 * Scores rows one after the other, keeping its own state: row i depends on rows ≤ i only, and a score once given never
 * changes. Rows that fill the first window still get a score. Returned arrays are reused by the next call.
 */
export interface Scorer {
  push(row: ArrayLike<number>, time: number): RowScore;
  /** State to continue from after a restart; JSON-serialisable. */
  state(): unknown;
}

/** A fitted detector. */
export interface Model {
  readonly detector: string;
  readonly metrics: readonly string[];
  /** A fresh scorer, or one that continues from a saved state. @throws Error for a state of another shape. */
  scorer(state?: unknown): Scorer;
  save(): SavedModel;
  /** Frees tensors or native memory; the model cannot be used afterwards. */
  dispose(): void;
}

/** A model as it is stored: a JSON header and the weights as one block of bytes. Loads on every backend. */
export interface SavedModel {
  readonly format: number;
  readonly detector: string;
  readonly metrics: readonly string[];
  readonly header: Readonly<Record<string, unknown>>;
  readonly weights: Uint8Array;
}

/** Progress of a fit, for the person who waits. */
export interface FitProgress {
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number | null;
}

/** How to fit. */
export interface FitOptions {
  readonly seed: number;
  /** Upper bound on passes over the data; early stopping may end before. */
  readonly epochs?: number;
  /** IANA name of people's time zone, for detectors that know days and weeks; UTC when not given. */
  readonly timeZone?: string;
  readonly onProgress?: (progress: FitProgress) => void;
  readonly signal?: AbortSignal;
}

/** A way to find anomalies: fit on history, then score. */
export interface Detector {
  readonly name: string;
  readonly description: string;
  /**
   * An alert score this many times the usual 90 % level is worth an event at a risk of 1e-4, even where history's own incidents
   * let the fitted tail allow more. For detectors that smooth their scores; without it the tail alone decides.
   */
  readonly alertRatio?: number;
  /** @throws Error naming the metric and row when the history cannot be learnt from (too short, no finite value). */
  fit(train: Frame, options: FitOptions): Promise<Model>;
  /** @throws Error when the saved model is of another format or detector. */
  load(saved: SavedModel): Promise<Model>;
}
