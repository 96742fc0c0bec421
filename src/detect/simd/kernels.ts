import { assemble } from "./assembler.ts";
import { adamStep, addTo, poolPairs, poolPairsGradient, rectifierGradient } from "./element-kernels.ts";
import { lstmStep, lstmStepGradient } from "./lstm-kernels.ts";
import { matrixProduct } from "./matrix-product.ts";

const SOURCES = [
  matrixProduct,
  rectifierGradient,
  addTo,
  adamStep,
  poolPairs,
  poolPairsGradient,
  lstmStep,
  lstmStepGradient,
];
const BYTES = 4;
const PAGE = 65_536;
/** Values of a vector of 32-bit floats: lengths of rows are a multiple. */
export const LANES = 4;

/** A matrix in the kernels' memory: where it starts, and how far its rows, and the values within one, are apart (in values). */
export interface Operand {
  readonly at: number;
  readonly row: number;
  readonly step?: number;
}

export interface Product {
  readonly a: Operand;
  /** Rows of `columns` contiguous values. */
  readonly b: Operand;
  /** What is added to: a row distance of 0 adds one row to each. */
  readonly start: Operand;
  readonly c: Operand;
  readonly rows: number;
  /** A multiple of {@link LANES}. */
  readonly columns: number;
  readonly steps: number;
  /** 0 rectifies; −∞ leaves values as they are. */
  readonly floor: number;
}

type Kernel = (...parameters: number[]) => void;

/** Vector kernels and the memory they work in; addresses and lengths count 32-bit values. */
export interface Kernels {
  /** All values; a new array after each {@link Kernels.reserve}. */
  values(): Float32Array;
  /** Room for so many values, zeros, at a whole vector. @throws RangeError when there is no more */
  reserve(count: number): number;
  /** Gives all room back. */
  reset(): void;
  product(product: Product): void;
  rectifierGradient(gradient: number, value: number, count: number): void;
  addTo(sum: number, added: number, count: number): void;
  adamStep(weights: number, gradients: number, moments: readonly [number, number], count: number, rate: number): void;
  poolPairs(from: number, pooled: number, count: number, width: number): void;
  poolPairsGradient(value: number, gradient: number, pooled: number, count: number, width: number): void;
  lstmStep(step: LstmStep, rows: number, width: number): void;
  lstmStepGradient(step: LstmStepGradient, rows: number, width: number): void;
}

/** Addresses of one step of an LSTM, as in lstm-kernels.ts. */
export interface LstmStep {
  readonly gates: number;
  readonly before: number;
  readonly cell: number;
  readonly squashed: number;
  readonly hidden: number;
}

export interface LstmStepGradient {
  readonly gates: number;
  readonly before: number;
  readonly squashed: number;
  readonly hiddenGradient: number;
  readonly cellGradient: number;
}

/** What is used of WebAssembly; Node's types know its names only as types. */
interface Engine {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
}

class WasmKernels implements Kernels {
  readonly #memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly #run: ReadonlyMap<string, Kernel>;
  // These are called hundreds of times for each batch: without a look-up.
  readonly #product: Kernel;
  readonly #lstmStep: Kernel;
  readonly #lstmStepGradient: Kernel;
  #values: Float32Array;
  #end = LANES;

  constructor({ Memory, Module, Instance }: Engine) {
    this.#memory = new Memory({ initial: 1 });
    const module = new Module(assemble(SOURCES));
    const { exports } = new Instance(module, { host: { memory: this.#memory } });
    this.#run = new Map(Object.entries(exports as Record<string, Kernel>));
    this.#product = this.#kernel("matrixProduct");
    this.#lstmStep = this.#kernel("lstmStep");
    this.#lstmStepGradient = this.#kernel("lstmStepGradient");
    this.#values = new Float32Array(this.#memory.buffer);
  }

  values(): Float32Array {
    return this.#values;
  }

  reserve(count: number): number {
    const at = this.#end;
    const end = at + Math.ceil(count / LANES) * LANES;
    const missing = end * BYTES - this.#memory.buffer.byteLength;
    if (missing > 0) {
      this.#memory.grow(Math.ceil(missing / PAGE));
      this.#values = new Float32Array(this.#memory.buffer);
    }
    this.#end = end;
    this.#values.fill(0, at, end);
    return at;
  }

  reset(): void {
    this.#end = LANES;
  }

  product({ a, b, start, c, rows, columns, steps, floor }: Product): void {
    this.#product(
      a.at * BYTES,
      a.row * BYTES,
      (a.step ?? 1) * BYTES,
      b.at * BYTES,
      b.row * BYTES,
      start.at * BYTES,
      start.row * BYTES,
      c.at * BYTES,
      c.row * BYTES,
      rows,
      columns,
      steps,
      floor,
    );
  }

  rectifierGradient(gradient: number, value: number, count: number): void {
    this.#kernel("rectifierGradient")(gradient * BYTES, value * BYTES, (gradient + count) * BYTES);
  }

  addTo(sum: number, added: number, count: number): void {
    this.#kernel("addTo")(sum * BYTES, added * BYTES, (sum + count) * BYTES);
  }

  adamStep(
    weights: number,
    gradients: number,
    [first, second]: readonly [number, number],
    count: number,
    rate: number,
  ) {
    const end = (weights + count) * BYTES;
    this.#kernel("adamStep")(weights * BYTES, gradients * BYTES, first * BYTES, second * BYTES, end, rate);
  }

  poolPairs(from: number, pooled: number, count: number, width: number): void {
    this.#kernel("poolPairs")(from * BYTES, pooled * BYTES, (pooled + count) * BYTES, width * BYTES);
  }

  poolPairsGradient(value: number, gradient: number, pooled: number, count: number, width: number): void {
    const end = (pooled + count) * BYTES;
    this.#kernel("poolPairsGradient")(value * BYTES, gradient * BYTES, pooled * BYTES, end, width * BYTES);
  }

  lstmStep({ gates, before, cell, squashed, hidden }: LstmStep, rows: number, width: number): void {
    const end = before + rows * width;
    this.#lstmStep(
      gates * BYTES,
      before * BYTES,
      cell * BYTES,
      squashed * BYTES,
      hidden * BYTES,
      end * BYTES,
      width * BYTES,
    );
  }

  lstmStepGradient(step: LstmStepGradient, rows: number, width: number): void {
    const { gates, before, squashed, hiddenGradient, cellGradient } = step;
    const end = before + rows * width;
    this.#lstmStepGradient(
      gates * BYTES,
      before * BYTES,
      squashed * BYTES,
      hiddenGradient * BYTES,
      cellGradient * BYTES,
      end * BYTES,
      width * BYTES,
    );
  }

  #kernel(name: string): Kernel {
    return this.#run.get(name) as Kernel;
  }
}

/** Memories that nobody uses: each reserves gigabytes of addresses until it is collected, so one is kept for the next. */
const idle: Kernels[] = [];
const MOST_IDLE = 1;
/** A memory never shrinks: beyond 64 MB it is left to be collected. */
const MOST_KEPT = 2 ** 24;

/**
 * Kernels of one training at a time; give them back with {@link returnKernels}.
 * @returns null where this engine has no vectors in WebAssembly
 */
export function borrowKernels(): Kernels | null {
  const kept = idle.pop();
  if (kept !== undefined) {
    return kept;
  }
  try {
    return new WasmKernels((globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly);
  } catch {
    return null;
  }
}

export function returnKernels(kernels: Kernels): void {
  kernels.reset();
  if (idle.length < MOST_IDLE && kernels.values().length <= MOST_KEPT) {
    idle.push(kernels);
  }
}
