import type { KernelFunc } from "@tensorflow/tfjs";
import {
  BatchMatMul,
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  getKernel,
  MaxPoolGrad,
  registerKernel,
  Slice,
  SplitV,
  Tile,
  Unpack,
  UnsortedSegmentSum,
  unregisterKernel,
} from "@tensorflow/tfjs";
import { batchMatMul } from "./batch-matmul.ts";
import { conv2d, conv2dBackpropFilter, conv2dBackpropInput } from "./conv2d.ts";
import type { Kernel } from "./heap.ts";
import { maxPoolGrad } from "./max-pool-grad.ts";
import { slice, splitV, unpack } from "./slice.ts";
import { tile } from "./tile.ts";
import { unsortedSegmentSum } from "./unsorted-segment-sum.ts";

const BACKEND = "wasm";

function stockKernel(name: string): Kernel {
  const config = getKernel(name, BACKEND);
  if (config === undefined) {
    throw new Error(`the wasm backend has no kernel ${name}: another version of @tensorflow/tfjs-backend-wasm?`);
  }
  return config.kernelFunc as Kernel;
}

function register(name: string, kernel: Kernel): void {
  if (getKernel(name, BACKEND) !== undefined) {
    unregisterKernel(name, BACKEND);
  }
  registerKernel({ kernelName: name, backendName: BACKEND, kernelFunc: kernel as KernelFunc });
}

/**
 * Puts our kernels in the place of the wasm backend's missing or slow ones. Call once, when the backend is ready: stock
 * kernels that ours build on are set up by then.
 */
export function registerTrainingKernels(): void {
  const matMul = stockKernel(BatchMatMul);
  register(BatchMatMul, batchMatMul(matMul));
  register(Conv2D, conv2d(matMul));
  register(Conv2DBackpropFilter, conv2dBackpropFilter(matMul));
  register(Conv2DBackpropInput, conv2dBackpropInput(matMul));
  register(MaxPoolGrad, maxPoolGrad);
  register(Slice, slice(stockKernel(Slice)));
  register(SplitV, splitV(stockKernel(SplitV)));
  register(Unpack, unpack(stockKernel(Unpack)));
  register(Tile, tile(stockKernel(Tile)));
  register(UnsortedSegmentSum, unsortedSegmentSum);
}
