import type { LstmStep, LstmStepGradient, Operand, Product } from "../../simd/kernels.ts";
import { FORGET_BIAS } from "../network-core/lstm.ts";
import { addBiasGradient, summedRows, transpose } from "./dense.ts";
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

/** Products of each step, in order. */
interface Plan {
  readonly rows: number;
  readonly forward: readonly Product[][];
  readonly backward: readonly Product[][];
}

interface CellStep {
  readonly forward: LstmStep;
  readonly backward: LstmStepGradient;
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

  /** Σ a · gates' gradients, over the rows. */
  function summed(a: number, distance: number, rows: number, b: number, to: Operand, height: number): Product {
    const turned = { at: a, row: 1, step: distance };
    const common = { rows: height, columns: wide, steps: rows, floor: UNBOUNDED };
    return { ...common, a: turned, b: { at: b, row: wide }, start: to, c: to };
  }

  /** The products of one step, forward: what the input and the state before it add up to. */
  function forwardProducts(step: number, rows: number): Product[] {
    const c = { at: gatesAt(step), row: wide };
    const common = { rows, columns: wide, floor: UNBOUNDED, c };
    const before = input.kind === "rows" ? c : { at: sums, row: wide };
    const a = { at: hidden + step * state, row: units };
    const own = { ...common, a, b: { at: recurrent.at, row: wide }, start: before, steps: units };
    if (input.kind === "repeated") {
      return [own];
    }
    const x = { at: input.at + step * input.width, row: input.window };
    const given = { ...common, a: x, b: kernelOperand, start: { at: start, row: 0 }, steps: kernel.rows };
    return step === 0 ? [given] : [given, own];
  }

  /** The products of one step, backward: to the weights, and to the step before. */
  function backwardProducts(step: number, rows: number): Product[] {
    const own = gatesAt(step);
    const toWeights =
      input.kind === "rows"
        ? [
            summed(input.at + step * input.width, input.window, rows, own, kernelSums, kernel.rows),
            summedRows(store, bias, { gradient: own, row: wide }, rows),
          ]
        : [];
    if (step === 0) {
      return toWeights;
    }
    const c = { at: gradientAt(step - 1), row: units };
    const toBefore = {
      a: { at: own, row: wide },
      b: { at: recurrentTurned, row: units },
      start: graded === "every" ? c : { at: zeros, row: 0 },
      c,
      rows,
      columns: units,
      steps: wide,
      floor: UNBOUNDED,
    };
    return [...toWeights, summed(hidden + step * state, units, rows, own, recurrentSums, units), toBefore];
  }

  /** All products of a pass over so many rows: made once, they are the same for each batch. */
  function planOf(rows: number): Plan {
    const each = Array.from({ length: steps }, (_, step) => step);
    return {
      rows,
      forward: each.map((step) => forwardProducts(step, rows)),
      backward: each.map((step) => backwardProducts(step, rows)),
    };
  }

  const whole = planOf(windows);
  let part = whole;
  function planned(rows: number): Plan {
    if (rows === windows) {
      return whole;
    }
    part = part.rows === rows ? part : planOf(rows);
    return part;
  }

  const cellSteps = Array.from({ length: steps }, (_, step) => {
    const from = step * state;
    const shared = { gates: gatesAt(step), before: cells + from, squashed: squashed + from };
    const forward = { ...shared, cell: cells + from + state, hidden: hidden + from + state };
    return { forward, backward: { ...shared, hiddenGradient: gradientAt(step), cellGradient } };
  });

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
      const { forward } = planned(rows);
      for (const [step, products] of forward.entries()) {
        for (const product of products) {
          kernels.product(product);
        }
        kernels.lstmStep((cellSteps[step] as CellStep).forward, rows, units);
      }
    },
    backward(rows) {
      kernels.values().fill(0, cellGradient, cellGradient + state);
      kernels.values().fill(0, sumsGradient, sumsGradient + windows * wide);
      const { backward } = planned(rows);
      for (let step = steps - 1; step >= 0; step--) {
        kernels.lstmStepGradient((cellSteps[step] as CellStep).backward, rows, units);
        if (input.kind === "repeated") {
          kernels.addTo(sumsGradient, gatesAt(step), rows * wide);
        }
        for (const product of backward[step] as Product[]) {
          kernels.product(product);
        }
      }
      if (input.kind === "repeated") {
        const { matrix } = input;
        kernels.product(summed(matrix.at, matrix.row, rows, sumsGradient, kernelSums, kernel.rows));
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
