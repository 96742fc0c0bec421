/** Weighted sums over transfers like the one asked about. */
export interface NearSums {
  /** Sum of weights. */
  weight: number;
  /** Of weight × residual. */
  residual: number;
  /** Of weight × squared error of what was predicted for them then. */
  error: number;
}

const FIRST_CAPACITY = 8;
/** Seconds after which a transfer counts 1/e. */
export const MEMORY = 10_800;
/** Weights by age, in steps of ten seconds up to where they are below a thousandth. */
const AGE_STEP = 10;
const LAST_AGE = (8 * MEMORY) / AGE_STEP;
const AGES = Float64Array.from({ length: LAST_AGE + 1 }, (_, step) => Math.exp((-step * AGE_STEP) / MEMORY));

/**
 * The latest transfers of one link, site or activity: start, end, size bin, residual to the size curve, squared error of the
 * prediction. Holds at most `capacity`; when that is less than the last `span` seconds bring, it keeps some, evenly spread, so that a slow
 * transfer still finds some that were over before it began.
 */
export class Recent {
  readonly #capacity: number;
  readonly #span: number;
  #starts = new Float64Array(FIRST_CAPACITY);
  #ends = new Float64Array(FIRST_CAPACITY);
  #bins = new Uint8Array(FIRST_CAPACITY);
  #residuals = new Float32Array(FIRST_CAPACITY);
  #errors = new Float32Array(FIRST_CAPACITY);
  #size = 0;
  #next = 0;

  constructor(capacity: number, span: number) {
    this.#capacity = capacity;
    this.#span = span;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether it is kept depends on when it began, never on how long it took. */
  add(start: number, end: number, bin: number, residual: number, squaredError: number): void {
    if (!this.#takes(start)) {
      return;
    }
    if (this.#size === this.#ends.length && this.#size < this.#capacity) {
      this.#grow();
    }
    const at = this.#next;
    this.#starts[at] = start;
    this.#ends[at] = end;
    this.#bins[at] = bin;
    this.#residuals[at] = residual;
    this.#errors[at] = squaredError;
    this.#size = Math.min(this.#size + 1, this.#capacity);
    this.#next = (at + 1) % this.#capacity;
  }

  /**
   * Adds to `sums` what was over at `at`, weighted by size and age.
   * @param kernel weight by distance in size bins
   */
  near(sums: NearSums, at: number, bin: number, kernel: Float64Array): void {
    let weight = 0;
    let residual = 0;
    let error = 0;
    for (let i = 0; i < this.#size; i++) {
      const age = at - (this.#ends[i] as number);
      if (age >= 0) {
        const w =
          (kernel[Math.abs((this.#bins[i] as number) - bin)] as number) *
          (AGES[Math.min(LAST_AGE, Math.trunc(age / AGE_STEP))] as number);
        weight += w;
        residual += w * (this.#residuals[i] as number);
        error += w * (this.#errors[i] as number);
      }
    }
    sums.weight = weight;
    sums.residual = residual;
    sums.error = error;
  }

  /** For saving: rows of start, end, bin, residual, squared error, oldest first. */
  rows(): number[][] {
    const start = this.#size < this.#capacity ? 0 : this.#next;
    return Array.from({ length: this.#size }, (_, i) => {
      const at = (start + i) % this.#size;
      return [this.#starts[at], this.#ends[at], this.#bins[at], this.#residuals[at], this.#errors[at]] as number[];
    });
  }

  /** Thinning starts when the ring is full of transfers younger than the span. */
  #takes(start: number): boolean {
    if (this.#size < this.#capacity) {
      return true;
    }
    const oldest = this.#starts[this.#next] as number;
    const newest = this.#starts[(this.#next + this.#capacity - 1) % this.#capacity] as number;
    return start - oldest >= this.#span || Math.abs(start - newest) >= this.#span / this.#capacity;
  }

  #grow(): void {
    const length = Math.min(this.#capacity, 2 * this.#ends.length);
    this.#starts = longer(this.#starts, new Float64Array(length));
    this.#ends = longer(this.#ends, new Float64Array(length));
    this.#bins = longer(this.#bins, new Uint8Array(length));
    this.#residuals = longer(this.#residuals, new Float32Array(length));
    this.#errors = longer(this.#errors, new Float32Array(length));
    this.#next = this.#size;
  }
}

function longer<T extends Float64Array | Float32Array | Uint8Array>(values: T, room: T): T {
  room.set(values);
  return room;
}
