import type { Frame } from "../../frame.ts";
import { median } from "../../math/statistics.ts";

/** How the values of each metric become numbers around 0 with a spread of 1, and how that adapts. */
export interface Preparation {
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  /** Smallest scale of each metric: a metric that never moved in training is not infinitely sensitive. */
  readonly floor: readonly number[];
  /** Share of a new row in the running mean and scale. */
  readonly rate: number;
}

/** The running part: means and variances that follow slow drift. JSON-serialisable. */
export interface PreparationState {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  readonly last: readonly number[];
}

/** Standardised values further out than this all count the same. */
export const FARTHEST = 200;
/** A value teaches the running mean and scale by no more than this many spreads: an anomaly is not the new normal. */
const TEACHES = 20;
const HALF_LIFE_SECONDS = 4 * 86_400;
/** Where times are unknown: this part of the training history is the half-life. */
const HALF_LIFE_SHARE = 0.2;

interface Moments {
  /** Finite values. */
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
  readonly largest: number;
}

function momentsOf(train: Frame, metric: number): Moments {
  const width = train.metrics.length;
  let count = 0;
  let mean = 0;
  let squares = 0;
  let largest = 0;
  for (let row = 0; row < train.rows; row++) {
    const value = train.values[row * width + metric] as number;
    if (Number.isFinite(value)) {
      count++;
      const delta = value - mean;
      mean += delta / count;
      squares += delta * (value - mean);
      largest = Math.max(largest, Math.abs(value));
    }
  }
  return { count, mean, deviation: Math.sqrt(squares / Math.max(count, 1)), largest };
}

function halfLifeRows(train: Frame): number {
  const { times, rows } = train;
  const span = times === null ? 0 : (times[rows - 1] as number) - (times[0] as number);
  const step = span / Math.max(rows - 1, 1);
  return step > 0 ? Math.max(HALF_LIFE_SECONDS / step, 2) : Math.max(rows * HALF_LIFE_SHARE, 2);
}

/** Scale of a metric that history has no value of: whatever comes later, it does not stand out. */
const NEVER_SEEN = 1e100;

/** Learns mean, scale and floor per metric. */
export function fitPreparation(train: Frame): Preparation {
  const moments = train.metrics.map((_, metric) => momentsOf(train, metric));
  const moving = moments.map((m) => m.deviation).filter((deviation) => deviation > 0);
  const typical = moving.length > 0 ? median(moving) : 1;
  const floor = moments.map((m) => {
    const constant = m.largest > 0 ? m.largest * 0.01 : typical * 0.1;
    return m.count === 0 ? NEVER_SEEN : constant;
  });
  return {
    mean: moments.map((m) => m.mean),
    scale: moments.map((m, metric) => Math.max(m.deviation, floor[metric] as number)),
    floor,
    rate: 1 - 0.5 ** (1 / halfLifeRows(train)),
  };
}

/** Turns rows of values into standardised rows, one after the other. */
export interface Preparer {
  /** Standardised values of the last row, clipped at ±FARTHEST; NaN where missing. Reused. */
  readonly standard: Float64Array;
  /** What the network sees: compressed beyond ±3, a missing value held and fading to normal. Reused. */
  readonly input: Float32Array;
  push(row: ArrayLike<number>): void;
  /** The value, in the metric's unit, that a standardised value stands for. */
  restore(metric: number, standard: number): number;
  state(): PreparationState;
}

/** Values beyond ±3 grow by their logarithm only, so that a spike does not saturate the whole network. */
export function compress(standard: number): number {
  const size = Math.abs(standard);
  return size <= 3 ? standard : Math.sign(standard) * (3 + Math.log1p(size - 3));
}

const FADE = 0.95;

class AdaptivePreparer implements Preparer {
  readonly standard: Float64Array;
  readonly input: Float32Array;
  readonly #preparation: Preparation;
  readonly #mean: Float64Array;
  readonly #variance: Float64Array;
  readonly #last: Float64Array;
  /** Mean and scale before the last row was learnt from: what `restore` must use for it. */
  readonly #usedMean: Float64Array;
  readonly #usedScale: Float64Array;

  constructor(preparation: Preparation, from?: PreparationState) {
    const width = preparation.mean.length;
    this.#preparation = preparation;
    this.#mean = Float64Array.from(from?.mean ?? preparation.mean);
    this.#variance = Float64Array.from(from?.variance ?? preparation.scale.map((scale) => scale * scale));
    this.#last = Float64Array.from(from?.last ?? new Float64Array(width));
    this.#usedMean = new Float64Array(width);
    this.#usedScale = new Float64Array(width);
    this.standard = new Float64Array(width);
    this.input = new Float32Array(width);
  }

  push(row: ArrayLike<number>): void {
    for (let i = 0; i < this.input.length; i++) {
      const scale = Math.max(Math.sqrt(this.#variance[i] as number), this.#preparation.floor[i] as number);
      this.#usedMean[i] = this.#mean[i] as number;
      this.#usedScale[i] = scale;
      const value = row[i] as number;
      if (Number.isFinite(value)) {
        this.#take(i, (value - (this.#mean[i] as number)) / scale, scale);
      } else {
        this.standard[i] = Number.NaN;
        this.#last[i] = (this.#last[i] as number) * FADE;
      }
      this.input[i] = this.#last[i] as number;
    }
  }

  restore(metric: number, standard: number): number {
    return (this.#usedMean[metric] as number) + (this.#usedScale[metric] as number) * standard;
  }

  state(): PreparationState {
    return { mean: [...this.#mean], variance: [...this.#variance], last: [...this.#last] };
  }

  #take(i: number, z: number, scale: number): void {
    const { rate } = this.#preparation;
    const taught = Math.max(-TEACHES, Math.min(TEACHES, z)) * scale;
    const variance = this.#variance[i] as number;
    this.#mean[i] = (this.#mean[i] as number) + rate * taught;
    this.#variance[i] = variance + rate * (taught * taught - variance);
    this.standard[i] = Math.max(-FARTHEST, Math.min(FARTHEST, z));
    this.#last[i] = compress(this.standard[i] as number);
  }
}

/** A preparer that starts where training ended, or goes on from a saved state. */
export function preparer(preparation: Preparation, from?: PreparationState): Preparer {
  return new AdaptivePreparer(preparation, from);
}
