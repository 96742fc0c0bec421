import { borrowKernels, type Kernels } from "../../simd/kernels.ts";

/** Hidden states and cells of LSTMs that run side by side, [rows, units]. */
export interface LstmState {
  readonly hidden: Float32Array;
  readonly cell: Float32Array;
}

/** One memory for all models that are scored in this thread; null where this engine has no vectors in WebAssembly. */
let shared: Kernels | null | undefined;
/** Where states and gates of one step are while it is made. */
let scratch = { at: 0, count: 0 };

/** Room of a recurrent kernel, given back with the array itself. */
const blocks = new WeakMap<Float32Array, number>();
const free = new Map<number, number[]>();
const collected = new FinalizationRegistry<{ readonly at: number; readonly count: number }>(({ at, count }) => {
  free.set(count, [...(free.get(count) ?? []), at]);
});

function room(kernels: Kernels, count: number): number {
  return free.get(count)?.pop() ?? kernels.reserve(count);
}

function keep(kernels: Kernels, recurrent: Float32Array): number {
  const known = blocks.get(recurrent);
  if (known !== undefined) {
    return known;
  }
  const at = room(kernels, recurrent.length);
  kernels.values().set(recurrent, at);
  blocks.set(recurrent, at);
  collected.register(recurrent, { at, count: recurrent.length });
  return at;
}

function scratchFor(kernels: Kernels, count: number): number {
  if (scratch.count < count) {
    scratch = { at: kernels.reserve(count), count };
  }
  return scratch.at;
}

/** Steps all rows of a state [rows, units] with the same sums [4 · units]. */
export type VectorStep = (sums: Float32Array, state: LstmState) => void;

/**
 * The step of an LSTM's cell on vector kernels.
 * @param recurrent [units, 4 · units] · @returns null where there are none, or no room
 */
export function vectorStep(recurrent: Float32Array, units: number): VectorStep | null {
  shared = shared === undefined ? borrowKernels() : shared;
  const kernels = shared;
  if (kernels === null || units % 4 !== 0) {
    return null;
  }
  let at: number;
  try {
    at = keep(kernels, recurrent);
  } catch {
    return null;
  }
  const wide = 4 * units;
  // `owner` keeps the array, and with it the room, for as long as the step is used.
  const weights = { owner: recurrent, at };
  return (sums, { hidden, cell }) => {
    const rows = hidden.length / units;
    const start = scratchFor(kernels, wide + rows * (wide + 3 * units));
    const [gates, cells] = [start + wide, start + wide + rows * wide];
    const [squashed, hiddens] = [cells + rows * units, cells + 2 * rows * units];
    const values = kernels.values();
    values.set(sums, start);
    values.set(cell, cells);
    values.set(hidden, hiddens);
    kernels.product({
      a: { at: hiddens, row: units },
      b: { at: weights.at, row: wide },
      start: { at: start, row: 0 },
      c: { at: gates, row: wide },
      rows,
      columns: wide,
      steps: units,
      floor: Number.NEGATIVE_INFINITY,
    });
    kernels.lstmStep({ gates, before: cells, cell: cells, squashed, hidden: hiddens }, rows, units);
    cell.set(values.subarray(cells, cells + cell.length));
    hidden.set(values.subarray(hiddens, hiddens + hidden.length));
  };
}
