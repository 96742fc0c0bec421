import type { TensorInfo } from "@tensorflow/tfjs";
import { backend_util } from "@tensorflow/tfjs";
import { floats, type KernelCall, sizeOf, unpackCall } from "./heap.ts";

const NAME = "MaxPoolGrad";

type PoolInfo = ReturnType<typeof backend_util.computePool2DInfo>;

/** Pixel (counted over the whole batch) of the first highest value of one channel under an output pixel. */
function highestPixel(info: PoolInfo, x: Float32Array, b: number, y: number, column: number, channel: number): number {
  const top = y * info.strideHeight - info.padInfo.top;
  const left = column * info.strideWidth - info.padInfo.left;
  let best = -1;
  let highest = Number.NEGATIVE_INFINITY;
  for (let row = top; row < top + info.effectiveFilterHeight; row += info.dilationHeight) {
    for (let at = left; at < left + info.effectiveFilterWidth; at += info.dilationWidth) {
      if (row < 0 || row >= info.inHeight || at < 0 || at >= info.inWidth) {
        continue;
      }
      const pixel = (b * info.inHeight + row) * info.inWidth + at;
      const value = x[pixel * info.inChannels + channel] as number;
      if (value > highest) {
        highest = value;
        best = pixel;
      }
    }
  }
  return best;
}

/**
 * Gradient of max pooling: each output's gradient goes to the first highest value under it. The stock wasm kernel loses
 * the gradient where that value is negative.
 */
export function maxPoolGrad(call: KernelCall): TensorInfo {
  type Inputs = { readonly dy: TensorInfo; readonly input: TensorInfo };
  type Attrs = {
    readonly filterSize: [number, number] | number;
    readonly strides: [number, number] | number;
    readonly pad: "valid" | "same" | number;
    readonly dimRoundingMode?: "floor" | "round" | "ceil";
  };
  const { inputs, attrs, heap } = unpackCall<Inputs, Attrs>(call);
  const shape = inputs.input.shape as [number, number, number, number];
  const info = backend_util.computePool2DInfo(
    shape,
    attrs.filterSize,
    attrs.strides,
    1,
    attrs.pad,
    attrs.dimRoundingMode,
  );
  const out = heap.makeOutput([...shape], "float32");
  const gradient = floats(heap, out, NAME).fill(0);
  const x = floats(heap, inputs.input, NAME);
  const dy = floats(heap, inputs.dy, NAME);
  const channels = info.inChannels;
  for (let at = 0; at < sizeOf(inputs.dy.shape); at++) {
    const channel = at % channels;
    const pixel = Math.floor(at / channels);
    const column = pixel % info.outWidth;
    const y = Math.floor(pixel / info.outWidth) % info.outHeight;
    const b = Math.floor(pixel / (info.outWidth * info.outHeight));
    const highest = highestPixel(info, x, b, y, column, channel);
    if (highest >= 0) {
      gradient[highest * channels + channel] = (gradient[highest * channels + channel] as number) + (dy[at] as number);
    }
  }
  return out;
}
