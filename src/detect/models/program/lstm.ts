import { FORGET_BIAS } from "../network-core/lstm.ts";
import { addBiasGradient, transpose } from "./dense.ts";
import type { Layer, Matrix } from "./program.ts";
import type { WeightBlock, WeightStore } from "./weight-store.ts";

const UNBOUNDED = Number.NEGATIVE_INFINITY;

/** What goes in: rows of windows [windows, steps, inputs], or the same matrix at every step. */
export type LstmInput =
  | { readonly kind: "rows"; readonly at: number; readonly window: number; readonly width: number }
  | { readonly kind: "repeated"; readonly matrix: Matrix & { readonly gradient: number } };

export interface LstmOptions {
  readonly blocks: readonly [WeightBlock, WeightBlock, WeightBlock];
  readonly input: LstmInput;
  readonly steps: number;
  readonly windows: number;
  /** Whether all hidden states have a gradient of their own, or the last one only. */
  readonly graded: "every" | "last";
}

/** Hidden states [steps, windows, units] and their gradients. */
export interface LstmLayer extends Layer {
  /** Hidden states after each step. */
  readonly hidden: Matrix & { readonly gradient: number };
  /** Those after the last step. */
  readonly last: Matrix & { readonly gradient: number };
}

/** An LSTM over whole sequences, gates as in network-core/lstm.ts, with its gradient through time. */
export function lstmLayer(store: WeightStore, { blocks, input, steps, windows, graded }: LstmOptions): LstmLayer {
  const { kernels, zeros } = store;
  const [kernel, recurrent, bias] = blocks;
  const units = recurrent.rows;
  const state = windows * units;
  const wide = 4 * units;
  const gates = kernels.reserve(steps * windows * wide);
  // One step more than there are: before the first, all are zero.
  const cells = kernels.reserve((steps + 1) * state);
  const hidden = kernels.reserve((steps + 1) * state);
  const squashed = kernels.reserve(steps * state);
  const hiddenGradient = kernels.reserve(steps * state);
  const cellGradient = kernels.reserve(state);
  const start = kernels.reserve(wide);
  const recurrentTurned = kernels.reserve(wide * units);
  const sums = kernels.reserve(windows * wide);
  const sumsGradient = kernels.reserve(windows * wide);
  const kernelTurned = input.kind === "repeated" ? kernels.reserve(wide * input.matrix.row) : 0;
  const gatesAt = (step: number): number => gates + step * windows * wide;
  const gradientAt = (step: number): number => hiddenGradient + step * state;
  const kernelOperand = { at: kernel.at, row: wide };
  const recurrentSums = { at: recurrent.gradient, row: wide };
  const kernelSums = { at: kernel.gradient, row: wide };

  /** What the input of a step and the state before it add up to. */
  function addUp(step: number, rows: number): void {
    const c = { at: gatesAt(step), row: wide };
    const common = { rows, columns: wide, floor: UNBOUNDED };
    if (input.kind === "rows") {
      const a = { at: input.at + step * input.width, row: input.window };
      kernels.product({ ...common, a, b: kernelOperand, start: { at: start, row: 0 }, c, steps: kernel.rows });
    }
    const before = input.kind === "rows" ? c : { at: sums, row: wide };
    const a = { at: hidden + step * state, row: units };
    kernels.product({ ...common, a, b: { at: recurrent.at, row: wide }, start: before, c, steps: units });
  }

  /** Σ a · gates' gradients of a step, over the rows. */
  function addProduct(
    a: number,
    distance: number,
    rows: number,
    b: number,
    to: { at: number; row: number },
    height: number,
  ) {
    const turned = { at: a, row: 1, step: distance };
    const common = { rows: height, columns: wide, steps: rows, floor: UNBOUNDED };
    kernels.product({ ...common, a: turned, b: { at: b, row: wide }, start: to, c: to });
  }

  function backThrough(step: number, rows: number): void {
    const own = gatesAt(step);
    kernels.lstmStepGradient(
      {
        gates: own,
        before: cells + step * state,
        squashed: squashed + step * state,
        hiddenGradient: gradientAt(step),
        cellGradient,
      },
      rows,
      units,
    );
    if (input.kind === "rows") {
      addProduct(input.at + step * input.width, input.window, rows, own, kernelSums, kernel.rows);
      addBiasGradient(store, bias, { gradient: own, row: wide }, rows);
    } else {
      kernels.addTo(sumsGradient, own, rows * wide);
    }
    if (step > 0) {
      addProduct(hidden + step * state, units, rows, own, recurrentSums, units);
      const c = { at: gradientAt(step - 1), row: units };
      kernels.product({
        a: { at: own, row: wide },
        b: { at: recurrentTurned, row: units },
        start: graded === "every" ? c : { at: zeros, row: 0 },
        c,
        rows,
        columns: units,
        steps: wide,
        floor: UNBOUNDED,
      });
    }
  }

  return {
    hidden: { at: hidden + state, gradient: hiddenGradient, row: units },
    last: { at: hidden + steps * state, gradient: gradientAt(steps - 1), row: units },
    prepare() {
      const values = kernels.values();
      for (let i = 0; i < wide; i++) {
        values[start + i] = (values[bias.at + i] as number) + (Math.floor(i / units) === 1 ? FORGET_BIAS : 0);
      }
      transpose(store, recurrent, recurrentTurned, units);
      if (input.kind === "repeated") {
        transpose(store, kernel, kernelTurned, input.matrix.row);
      }
    },
    forward(rows) {
      if (input.kind === "repeated") {
        const c = { at: sums, row: wide };
        const common = { rows, columns: wide, steps: kernel.rows, floor: UNBOUNDED };
        kernels.product({ ...common, a: input.matrix, b: kernelOperand, start: { at: start, row: 0 }, c });
      }
      for (let step = 0; step < steps; step++) {
        addUp(step, rows);
        const from = step * state;
        const after = from + state;
        kernels.lstmStep(
          {
            gates: gatesAt(step),
            before: cells + from,
            cell: cells + after,
            squashed: squashed + from,
            hidden: hidden + after,
          },
          rows,
          units,
        );
      }
    },
    backward(rows) {
      kernels.values().fill(0, cellGradient, cellGradient + state);
      kernels.values().fill(0, sumsGradient, sumsGradient + windows * wide);
      for (let step = steps - 1; step >= 0; step--) {
        backThrough(step, rows);
      }
      if (input.kind === "repeated") {
        const { matrix } = input;
        addProduct(matrix.at, matrix.row, rows, sumsGradient, kernelSums, kernel.rows);
        addBiasGradient(store, bias, { gradient: sumsGradient, row: wide }, rows);
        kernels.product({
          a: { at: sumsGradient, row: wide },
          b: { at: kernelTurned, row: matrix.row },
          start: { at: zeros, row: 0 },
          c: { at: matrix.gradient, row: matrix.row },
          rows,
          columns: matrix.row,
          steps: wide,
          floor: UNBOUNDED,
        });
      }
    },
  };
}
