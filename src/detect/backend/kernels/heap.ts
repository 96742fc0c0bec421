import type { DataType, TensorInfo } from "@tensorflow/tfjs";

/** Numbers of a tensor as they lie in the WebAssembly heap: valid until the next allocation grows the heap. */
export type HeapArray = Float32Array | Int32Array | Uint8Array;

/** The part of tfjs's wasm backend that our kernels stand on. */
export interface WasmHeap {
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): HeapArray;
  disposeData(dataId: object): boolean;
}

/** What tfjs hands a kernel. */
export interface KernelCall {
  readonly inputs: unknown;
  readonly backend: unknown;
  readonly attrs?: unknown;
}

/** A kernel as the engine calls it. */
export type Kernel = (call: KernelCall) => TensorInfo | TensorInfo[];

/** Inputs, attributes and heap of a call, with the types the kernel's contract in tfjs-core promises. */
export function unpackCall<Inputs, Attrs>(call: KernelCall): { inputs: Inputs; attrs: Attrs; heap: WasmHeap } {
  return { inputs: call.inputs as Inputs, attrs: call.attrs as Attrs, heap: call.backend as WasmHeap };
}

/** Float view of a tensor. @throws Error for another type: the kernels here multiply floats only. */
export function floats(heap: WasmHeap, tensor: TensorInfo, kernel: string): Float32Array {
  const values = heap.typedArrayFromHeap(tensor);
  if (!(values instanceof Float32Array)) {
    throw new Error(`${kernel}: needs float32, got ${tensor.dtype}`);
  }
  return values;
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The one result of a kernel that has one. */
export function single(result: TensorInfo | TensorInfo[]): TensorInfo {
  if (Array.isArray(result)) {
    throw new Error("kernel returned several tensors where one was expected");
  }
  return result;
}
