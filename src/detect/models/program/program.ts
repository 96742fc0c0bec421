import { LANES } from "../../simd/kernels.ts";
import type { WeightStore } from "./weight-store.ts";

/** Rows in the kernels' memory, and their gradient in the same layout (null: none is wanted). */
export interface Matrix {
  readonly at: number;
  readonly gradient: number | null;
  /** Distance of two rows, a multiple of a vector where a product writes them. */
  readonly row: number;
}

/** One layer of a network; `count` is what the layer's rows are: rows of a matrix, or windows. */
export interface Layer {
  /** Brings copies of the weights up to date, after each step of Adam. */
  prepare(): void;
  forward(count: number): void;
  /** Adds to the weights' gradients and sets that of the input; the output's gradient is set, and may be changed. */
  backward(count: number): void;
}

/** Where the answer for a row of a window lies: `at + window · windowStep + row · rowStep`, one value per metric. */
export interface Answers {
  readonly at: number;
  readonly gradient: number;
  readonly windowStep: number;
  readonly rowStep: number;
  /** Rows of the window that are answered: from `first` to the newest, which is `span − 1`. */
  readonly first: number;
  /** Values in all, from the lowest address of the gradient on. */
  readonly size: number;
  readonly lowest: number;
}

/** A network's own forward and backward pass on vector kernels, over at most `windows` windows at a time. */
export interface Program {
  readonly store: WeightStore;
  readonly windows: number;
  /** Where the windows go that the network is shown, [windows, span, metrics]. */
  readonly input: number;
  readonly answers: Answers;
  prepare(): void;
  forward(count: number): void;
  /** Adds to the weights' gradients, from the gradient of the answers. */
  backward(count: number): void;
}

/** Makes a network's program, with room of its own in the memory of the store's kernels. */
export type MakeProgram = (store: WeightStore, metrics: number) => Program;

/** A new matrix with room for its gradient. */
export function matrix(store: WeightStore, rows: number, width: number): Matrix & { readonly gradient: number } {
  const row = Math.ceil(width / LANES) * LANES;
  return { at: store.kernels.reserve(rows * row), gradient: store.kernels.reserve(rows * row), row };
}

/** Layers one after the other, and back. */
export function chain(layers: readonly Layer[]): Layer {
  return {
    prepare() {
      for (const layer of layers) {
        layer.prepare();
      }
    },
    forward(count) {
      for (const layer of layers) {
        layer.forward(count);
      }
    },
    backward(count) {
      for (const layer of layers.toReversed()) {
        layer.backward(count);
      }
    },
  };
}

/** A layer whose rows are `times` as many as windows. */
export function perWindow(layer: Layer, times: number): Layer {
  return {
    prepare: () => layer.prepare(),
    forward: (count) => layer.forward(count * times),
    backward: (count) => layer.backward(count * times),
  };
}

/** A layer whose rows are always as many, whatever the windows: rows of windows that are not there have no gradient. */
export function rowsAlways(layer: Layer, rows: number): Layer {
  return { prepare: () => layer.prepare(), forward: () => layer.forward(rows), backward: () => layer.backward(rows) };
}
