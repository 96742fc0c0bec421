import type { TensorInfo } from "@tensorflow/tfjs";
import { broadcast_util } from "@tensorflow/tfjs";
import { floats, type Kernel, sizeOf, unpackCall } from "./heap.ts";
import { multiply, transposed } from "./matrix.ts";

interface Inputs {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
}
interface Attrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

const NAME = "BatchMatMul";

/**
 * The stock kernel multiplies transposed matrices element by element; this one transposes first, so that every product
 * runs through the vectorised path. Empty matrices, which the stock kernel cannot take, give empty or zero results.
 */
export function batchMatMul(stock: Kernel): Kernel {
  return (call) => {
    const { inputs, attrs, heap } = unpackCall<Inputs, Attrs>(call);
    const { a, b } = inputs;
    if (sizeOf(a.shape) === 0 || sizeOf(b.shape) === 0) {
      const rows = a.shape.at(attrs.transposeA ? -1 : -2) as number;
      const columns = b.shape.at(attrs.transposeB ? -2 : -1) as number;
      const outer = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
      const out = heap.makeOutput([...outer, rows, columns], "float32");
      floats(heap, out, NAME).fill(0);
      return out;
    }
    const left = attrs.transposeA ? transposed(heap, a, NAME) : a;
    const right = attrs.transposeB ? transposed(heap, b, NAME) : b;
    const out = multiply(stock, heap, left, right);
    if (left !== a) {
      heap.disposeData(left.dataId);
    }
    if (right !== b) {
      heap.disposeData(right.dataId);
    }
    return out;
  };
}
