import { z } from "zod";
import { quantileSorted } from "../../detect/math/statistics.ts";

/** What earlier estimates came to, as of a moment: standardised errors in ascending order, and how often the interval held. */
export interface Standing {
  readonly errors: Float64Array;
  /** Share outside both ends of the interval that is aimed at, corrected by what was missed lately. */
  readonly outside: number;
}

/** Share of transfers outside the interval: it is a 90 % one. */
const OUTSIDE = 0.1;
/**
 * Share of that below the lower end. Durations are skewed: an interval that leaves out more at the long end is much
 * narrower in seconds for the same coverage.
 */
const SHARE_BELOW = 0.2;
const KEPT = 1000;
/** Seconds that those kept shall cover. */
const SPAN = 1800;
const WATCHED = 300;
const LEAST = 40;
const TAIL_SHARE = 0.05;
/** Transfers whose worth the tail's exponential scale is given beforehand. */
const TAIL_PRIOR = 10;
const TAIL_SCALE = 1;
const NARROWEST = 0.03;
const WIDEST = 0.2;
/** Two standard deviations of the share outside among n: 2·√(.1·.9)/√n. Of few errors, the quantiles themselves are uncertain. */
const CAUTION = 0.6;
const NARROWEST_CAUTIOUS = 0.005;

/**
 * Turns a middle and a spread into a distribution that holds what it says, by the standardised errors of the last 1,000
 * estimates (split conformal prediction, online: Gibbs and Candès 2021), and counts how often its interval held. When 1,000
 * come in less than half an hour it keeps some, evenly spread, so that a long transfer too finds those that were over before it.
 */
export class Calibrator {
  readonly #starts = new Float64Array(KEPT);
  readonly #ends = new Float64Array(KEPT);
  readonly #missed = new Uint8Array(KEPT);
  /** Errors in ascending order, and the place of each in the arrays above. */
  readonly #errors = new Float64Array(KEPT);
  readonly #places = new Uint16Array(KEPT);
  #size = 0;
  #next = 0;
  readonly #isCautious: boolean;

  /** @param isCautious the interval shall hold as often as it says although it rests on few errors, not only on average */
  constructor(isCautious = false) {
    this.#isCautious = isCautious;
  }

  /** @param missed the transfer was outside its interval */
  add(start: number, end: number, error: number, missed: boolean): void {
    if (!this.#takes(start)) {
      return;
    }
    const place = this.#next;
    if (this.#size === KEPT) {
      this.#remove(place);
    }
    this.#insert(error, place);
    this.#starts[place] = start;
    this.#ends[place] = end;
    this.#missed[place] = missed ? 1 : 0;
    this.#next = (place + 1) % KEPT;
  }

  /** What was known at a moment: only transfers that were over. */
  standing(at: number): Standing {
    const errors = new Float64Array(this.#size);
    let count = 0;
    for (let i = 0; i < this.#size; i++) {
      if ((this.#ends[this.#places[i] as number] as number) <= at) {
        errors[count++] = this.#errors[i] as number;
      }
    }
    return { errors: errors.subarray(0, count), outside: this.#outside(at, count) };
  }

  save(): SavedCalibrator {
    const errors = new Map<number, number>();
    for (let i = 0; i < this.#size; i++) {
      errors.set(this.#places[i] as number, this.#errors[i] as number);
    }
    return Array.from({ length: this.#size }, (_, i) => {
      const place = (this.#next - this.#size + i + KEPT) % KEPT;
      const [start, end, missed] = [this.#starts[place], this.#ends[place], this.#missed[place]] as [
        number,
        number,
        number,
      ];
      return [start, end, errors.get(place) as number, missed];
    });
  }

  static load(saved: SavedCalibrator, isCautious = false): Calibrator {
    const calibrator = new Calibrator(isCautious);
    for (const [start, end, error, missed] of saved) {
      calibrator.add(start, end, error, missed === 1);
    }
    return calibrator;
  }

  #outside(at: number, errors: number): number {
    let watched = 0;
    let missed = 0;
    for (let back = 1; back <= this.#size && watched < WATCHED; back++) {
      const place = (this.#next - back + KEPT) % KEPT;
      if ((this.#ends[place] as number) <= at) {
        watched++;
        missed += this.#missed[place] as number;
      }
    }
    const excess = missed - OUTSIDE * watched;
    const caution = this.#isCautious ? CAUTION / Math.sqrt(Math.max(1, errors)) : 0;
    const narrowest = this.#isCautious ? NARROWEST_CAUTIOUS : NARROWEST;
    return Math.min(WIDEST, Math.max(narrowest, OUTSIDE - caution - excess / WATCHED));
  }

  #takes(start: number): boolean {
    if (this.#size < KEPT) {
      return true;
    }
    const oldest = this.#starts[this.#next] as number;
    const newest = this.#starts[(this.#next + KEPT - 1) % KEPT] as number;
    return start - oldest >= SPAN || Math.abs(start - newest) >= SPAN / KEPT;
  }

  #insert(error: number, place: number): void {
    const at = countBelow(this.#errors.subarray(0, this.#size), error);
    this.#errors.copyWithin(at + 1, at, this.#size);
    this.#places.copyWithin(at + 1, at, this.#size);
    this.#errors[at] = error;
    this.#places[at] = place;
    this.#size++;
  }

  #remove(place: number): void {
    const at = this.#places.subarray(0, this.#size).indexOf(place);
    this.#errors.copyWithin(at, at + 1, this.#size);
    this.#places.copyWithin(at, at + 1, this.#size);
    this.#size--;
  }
}

export const savedCalibrator = z.array(z.tuple([z.number(), z.number(), z.number(), z.number()]));
export type SavedCalibrator = z.infer<typeof savedCalibrator>;

/** Normal distribution at −4, −3.9 … 4, for as long as there are too few errors to go by. */
const NORMAL = Float64Array.from({ length: 41 }, (_, i) => normalQuantile((i + 0.5) / 41));

/** Quantile of the standardised error. */
export function errorQuantile({ errors }: Standing, p: number): number {
  return quantileSorted(errors.length >= LEAST ? errors : NORMAL, p);
}

/** Lower and upper end of the 90 % interval, as standardised errors. */
export function errorInterval(standing: Standing): readonly [number, number] {
  const below = SHARE_BELOW * standing.outside;
  return [errorQuantile(standing, below), errorQuantile(standing, below + 1 - standing.outside)];
}

/**
 * Probability of an error at least as large: by rank, and beyond the largest twentieth by an exponential tail.
 * @returns more than 0, at most 1
 */
export function tailProbability(standing: Standing, error: number): number {
  const errors = standing.errors.length >= LEAST ? standing.errors : NORMAL;
  const n = errors.length;
  const inTail = Math.max(1, Math.floor(TAIL_SHARE * n));
  const from = errors[n - inTail - 1] ?? (errors[0] as number);
  if (error <= from) {
    return (n - countBelow(errors, error) + 1) / (n + 1);
  }
  let excess = TAIL_PRIOR * TAIL_SCALE;
  for (let i = n - inTail; i < n; i++) {
    excess += (errors[i] as number) - from;
  }
  const scale = excess / (inTail + TAIL_PRIOR);
  return ((inTail + 1) / (n + 1)) * Math.exp(-(error - from) / scale);
}

function countBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Inverse of the normal distribution to 1e-3, by bisection of its logistic likeness (Page 1977). */
function normalQuantile(p: number): number {
  let low = -6;
  let high = 6;
  for (let step = 0; step < 40; step++) {
    const x = (low + high) / 2;
    const cumulative = 1 / (1 + Math.exp(-x * (1.5957691 + 0.07056 * x * x)));
    if (cumulative < p) {
      low = x;
    } else {
      high = x;
    }
  }
  return (low + high) / 2;
}
