import type { TensorInfo } from "@tensorflow/tfjs";
import { floats, type KernelCall, sizeOf, unpackCall } from "./heap.ts";

/**
 * Sums the rows of x [n, …] that carry the same segment id [n] into [numSegments, …]; ids outside the range are dropped,
 * as on the cpu backend. The stock wasm backend lacks it, and the gradient of gather needs it.
 */
export function unsortedSegmentSum(call: KernelCall): TensorInfo {
  type Inputs = { readonly x: TensorInfo; readonly segmentIds: TensorInfo };
  const { inputs, attrs, heap } = unpackCall<Inputs, { readonly numSegments: number }>(call);
  const rowShape = inputs.x.shape.slice(inputs.segmentIds.shape.length);
  const width = sizeOf(rowShape);
  const out = heap.makeOutput([attrs.numSegments, ...rowShape], "float32");
  const sums = floats(heap, out, "UnsortedSegmentSum").fill(0);
  const values = heap.typedArrayFromHeap(inputs.x);
  const ids = heap.typedArrayFromHeap(inputs.segmentIds);
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] as number;
    if (id < 0 || id >= attrs.numSegments) {
      continue;
    }
    for (let i = 0; i < width; i++) {
      sums[id * width + i] = (sums[id * width + i] as number) + (values[row * width + i] as number);
    }
  }
  return out;
}
