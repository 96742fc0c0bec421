import type { Product } from "../../simd/kernels.ts";
import type { Activation } from "../network-core/dense.ts";
import type { Layer, Matrix } from "./program.ts";
import type { WeightBlock, WeightStore } from "./weight-store.ts";

const floorOf = (activation: Activation): number => (activation === "relu" ? 0 : Number.NEGATIVE_INFINITY);

interface Graded {
  readonly gradient: number;
  readonly row: number;
}

/** Adds the sums of the columns of `rows` rows to a bias's gradient. */
export function addBiasGradient(store: WeightStore, bias: WeightBlock, from: Graded, rows: number): void {
  store.kernels.product(summedRows(store, bias, from, rows));
}

/** The same as a product: with a row of ones. */
export function summedRows(store: WeightStore, bias: WeightBlock, from: Graded, rows: number): Product {
  const sums = { at: bias.gradient, row: 0 };
  return {
    a: { at: store.one, row: 0, step: 0 },
    b: { at: from.gradient, row: from.row },
    start: sums,
    c: sums,
    rows: 1,
    columns: bias.stride,
    steps: rows,
    floor: Number.NEGATIVE_INFINITY,
  };
}

/** Writes a block with rows and columns exchanged, rows of `width` values; returns nothing where there is nothing to write to. */
export function transpose(store: WeightStore, block: WeightBlock, to: number, width: number): void {
  const values = store.kernels.values();
  for (let row = 0; row < block.rows; row++) {
    for (let column = 0; column < block.columns; column++) {
      values[to + column * width + row] = values[block.at + row * block.stride + column] as number;
    }
  }
}

/** activation(x · kernel + bias); x without a gradient is the network's input. */
export function denseLayer(
  store: WeightStore,
  [kernel, bias]: readonly [WeightBlock, WeightBlock],
  x: Matrix,
  y: Matrix,
  activation: Activation,
): Layer {
  const { kernels } = store;
  const none = Number.NEGATIVE_INFINITY;
  const turned = x.gradient === null ? 0 : kernels.reserve(kernel.columns * x.row);
  return {
    prepare: () => x.gradient !== null && transpose(store, kernel, turned, x.row),
    forward(rows) {
      kernels.product({
        a: x,
        b: { at: kernel.at, row: kernel.stride },
        start: { at: bias.at, row: 0 },
        c: y,
        rows,
        columns: kernel.stride,
        steps: kernel.rows,
        floor: floorOf(activation),
      });
    },
    backward(rows) {
      const gradient = y.gradient as number;
      if (activation === "relu") {
        kernels.rectifierGradient(gradient, y.at, rows * y.row);
      }
      const sums = { at: kernel.gradient, row: kernel.stride };
      const upstream = { at: gradient, row: y.row };
      const a = { at: x.at, row: 1, step: x.row };
      const columns = kernel.stride;
      kernels.product({ a, b: upstream, start: sums, c: sums, rows: kernel.rows, columns, steps: rows, floor: none });
      addBiasGradient(store, bias, { gradient, row: y.row }, rows);
      if (x.gradient !== null) {
        kernels.product({
          a: upstream,
          b: { at: turned, row: x.row },
          start: { at: store.zeros, row: 0 },
          c: { at: x.gradient, row: x.row },
          rows,
          columns: x.row,
          steps: kernel.columns,
          floor: none,
        });
      }
    },
  };
}
