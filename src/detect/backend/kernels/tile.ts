import type { TensorInfo } from "@tensorflow/tfjs";
import { type HeapArray, type Kernel, unpackCall } from "./heap.ts";

/** Repeats `source` `reps` times along each dimension: one copy of the values, then copies of what is written. */
export function tileInto(
  source: HeapArray,
  shape: readonly number[],
  reps: readonly number[],
  target: HeapArray,
): void {
  const inner = shape.map((_, i) => shape.slice(i + 1).reduce((product, length) => product * length, 1));
  const fill = (dimension: number, from: number, to: number): number => {
    if (dimension === shape.length) {
      target[to] = source[from] as number;
      return to + 1;
    }
    let end = to;
    for (let i = 0; i < (shape[dimension] as number); i++) {
      end = fill(dimension + 1, from + i * (inner[dimension] as number), end);
    }
    const block = end - to;
    for (let copy = 1; copy < (reps[dimension] as number); copy++) {
      target.copyWithin(to + copy * block, to, end);
    }
    return to + block * (reps[dimension] as number);
  };
  if (target.length > 0) {
    fill(0, 0, 0);
  }
}

/** Tile on typed arrays: the stock kernel walks index by index. Strings go to the stock one. */
export function tile(stock: Kernel): Kernel {
  return (call) => {
    const { inputs, attrs, heap } = unpackCall<{ readonly x: TensorInfo }, { readonly reps: number[] }>(call);
    const { x } = inputs;
    if (x.dtype === "string") {
      return stock(call);
    }
    const shape = x.shape.map((length, i) => length * (attrs.reps[i] as number));
    const out = heap.makeOutput(shape, x.dtype);
    tileInto(heap.typedArrayFromHeap(x), x.shape, attrs.reps, heap.typedArrayFromHeap(out));
    return out;
  };
}
