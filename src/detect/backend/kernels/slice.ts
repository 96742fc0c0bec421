import type { TensorInfo } from "@tensorflow/tfjs";
import { backend_util, slice_util, util } from "@tensorflow/tfjs";
import { type HeapArray, type Kernel, unpackCall, type WasmHeap } from "./heap.ts";

/** Copies the block that starts at `begin` and is `size` long in each dimension; runs that lie together at once. */
export function copyBlock(
  source: HeapArray,
  shape: readonly number[],
  begin: readonly number[],
  size: readonly number[],
  target: HeapArray,
): void {
  let inner = shape.length;
  let run = 1;
  while (inner > 0) {
    inner--;
    run *= size[inner] as number;
    if (size[inner] !== shape[inner]) {
      break;
    }
  }
  const strides = new Array<number>(shape.length).fill(1);
  for (let dimension = shape.length - 2; dimension >= 0; dimension--) {
    strides[dimension] = (strides[dimension + 1] as number) * (shape[dimension + 1] as number);
  }
  const copy = (dimension: number, from: number, to: number): number => {
    const start = from + (begin[dimension] ?? 0) * (strides[dimension] ?? 1);
    if (dimension >= inner) {
      target.set(source.subarray(start, start + run), to);
      return to + run;
    }
    let at = to;
    for (let i = 0; i < (size[dimension] as number); i++) {
      at = copy(dimension + 1, start + i * (strides[dimension] as number), at);
    }
    return at;
  };
  if (run > 0 && target.length > 0) {
    copy(0, 0, 0);
  }
}

function sliceTensor(heap: WasmHeap, x: TensorInfo, begin: readonly number[], size: number[]): TensorInfo {
  const out = heap.makeOutput(size, x.dtype);
  copyBlock(heap.typedArrayFromHeap(x), x.shape, begin, size, heap.typedArrayFromHeap(out));
  return out;
}

/** Slice without the stock kernel's copy of the whole input out of the heap at each call. Strings go to the stock one. */
export function slice(stock: Kernel): Kernel {
  return (call) => {
    type Attrs = { readonly begin: number | number[]; readonly size: number | number[] };
    const { inputs, attrs, heap } = unpackCall<{ readonly x: TensorInfo }, Attrs>(call);
    const { x } = inputs;
    if (x.dtype === "string") {
      return stock(call);
    }
    const [begin, size] = slice_util.parseSliceParams(x, attrs.begin, attrs.size) as [number[], number[]];
    slice_util.assertParamsValid(x, begin, size);
    return sliceTensor(heap, x, begin, size);
  };
}

/** Parts of a tensor along one axis, by our slice. */
export function splitV(stock: Kernel): Kernel {
  return (call) => {
    type Attrs = { readonly numOrSizeSplits: number | number[]; readonly axis: number };
    const { inputs, attrs, heap } = unpackCall<{ readonly x: TensorInfo }, Attrs>(call);
    const { x } = inputs;
    if (x.dtype === "string") {
      return stock(call);
    }
    const axis = util.parseAxisParam(attrs.axis, x.shape)[0] as number;
    // prepareSplitSize reads nothing but the shape of what is declared as a whole tensor.
    const sizes = backend_util.prepareSplitSize(x as never, attrs.numOrSizeSplits, axis);
    const begin = x.shape.map(() => 0);
    return sizes.map((length: number) => {
      const part = sliceTensor(heap, x, begin, x.shape.with(axis, length));
      begin[axis] = (begin[axis] as number) + length;
      return part;
    });
  };
}

/** The slices along one axis, each without it. */
export function unpack(stock: Kernel): Kernel {
  return (call) => {
    const { inputs, attrs, heap } = unpackCall<{ readonly value: TensorInfo }, { readonly axis: number }>(call);
    const { value } = inputs;
    if (value.dtype === "string") {
      return stock(call);
    }
    const axis = util.parseAxisParam(attrs.axis, value.shape)[0] as number;
    const shape = value.shape.toSpliced(axis, 1);
    return Array.from({ length: value.shape[axis] as number }, (_, i) => {
      const begin = value.shape.map((_length, dimension) => (dimension === axis ? i : 0));
      const part = sliceTensor(heap, value, begin, value.shape.with(axis, 1));
      return { dataId: part.dataId, dtype: part.dtype, shape };
    });
  };
}
