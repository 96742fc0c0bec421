import type { TensorInfo } from "@tensorflow/tfjs";
import { floats, type Kernel, single, type WasmHeap } from "./heap.ts";

/** Writes the transpose of each of `batch` row-major rows × columns matrices, in tiles that stay in the cache. */
export function transposeInto(
  source: Float32Array,
  target: Float32Array,
  batch: number,
  rows: number,
  columns: number,
): void {
  const tile = 32;
  for (let matrix = 0; matrix < batch; matrix++) {
    const base = matrix * rows * columns;
    for (let top = 0; top < rows; top += tile) {
      const bottom = Math.min(top + tile, rows);
      for (let left = 0; left < columns; left += tile) {
        const right = Math.min(left + tile, columns);
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++) {
            target[base + column * rows + row] = source[base + row * columns + column] as number;
          }
        }
      }
    }
  }
}

/** A new tensor with the two last dimensions swapped; the caller disposes of it. */
export function transposed(heap: WasmHeap, matrix: TensorInfo, kernel: string): TensorInfo {
  const rank = matrix.shape.length;
  const rows = matrix.shape[rank - 2] as number;
  const columns = matrix.shape[rank - 1] as number;
  const outer = matrix.shape.slice(0, -2);
  const out = heap.makeOutput([...outer, columns, rows], "float32");
  const batch = outer.reduce((product, length) => product * length, 1);
  transposeInto(floats(heap, matrix, kernel), floats(heap, out, kernel), batch, rows, columns);
  return out;
}

/** a · b by the stock kernel without transposes, which it runs through its fast path. */
export function multiply(stock: Kernel, heap: WasmHeap, a: TensorInfo, b: TensorInfo): TensorInfo {
  return single(stock({ inputs: { a, b }, backend: heap, attrs: { transposeA: false, transposeB: false } }));
}
