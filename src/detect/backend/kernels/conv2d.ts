import type { TensorInfo } from "@tensorflow/tfjs";
import { backend_util } from "@tensorflow/tfjs";
import { columnsToImage, type Geometry, geometryOf, imageToColumns, swapLayout } from "./columns.ts";
import { floats, type Kernel, sizeOf, unpackCall, type WasmHeap } from "./heap.ts";
import { multiply, transposed } from "./matrix.ts";

type Shape4 = [number, number, number, number];

interface ConvAttrs {
  readonly strides: [number, number] | number;
  readonly pad: "valid" | "same" | number;
  readonly dataFormat: "NHWC" | "NCHW";
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

function describe(input: Shape4, filter: Shape4, attrs: ConvAttrs) {
  const format = backend_util.convertConv2DDataFormat(attrs.dataFormat);
  return backend_util.computeConv2DInfo(
    input,
    filter,
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    false,
    format,
  );
}

type ConvInfo = ReturnType<typeof describe>;

/** A channels-last copy of an image tensor; the caller disposes of it. */
function toChannelsLast(heap: WasmHeap, image: TensorInfo, kernel: string): TensorInfo {
  const [batch, channels, height, width] = image.shape as Shape4;
  const out = heap.makeOutput([batch, height, width, channels], "float32");
  const shape = { batch, pixels: height * width, channels };
  swapLayout(floats(heap, image, kernel), floats(heap, out, kernel), shape, "channelsLast");
  return out;
}

/** A channels-first copy; disposes of the channels-last image it is made from. */
function toChannelsFirst(heap: WasmHeap, image: TensorInfo, kernel: string): TensorInfo {
  const [batch, height, width, channels] = image.shape as Shape4;
  const out = heap.makeOutput([batch, channels, height, width], "float32");
  const shape = { batch, pixels: height * width, channels };
  swapLayout(floats(heap, image, kernel), floats(heap, out, kernel), shape, "channelsFirst");
  heap.disposeData(image.dataId);
  return out;
}

function zeros(heap: WasmHeap, shape: number[], kernel: string): TensorInfo {
  const out = heap.makeOutput(shape, "float32");
  floats(heap, out, kernel).fill(0);
  return out;
}

/** The same numbers under another shape; shares the memory, so only one of the two is disposed of. */
function viewAs(tensor: TensorInfo, shape: number[]): TensorInfo {
  return { dataId: tensor.dataId, dtype: tensor.dtype, shape };
}

/** Every patch of x as a row of a matrix; the caller disposes of it. */
function columnsOf(heap: WasmHeap, g: Geometry, x: TensorInfo, kernel: string): TensorInfo {
  const rows = g.batch * g.outHeight * g.outWidth;
  const columns = zeros(heap, [1, rows, g.filterHeight * g.filterWidth * g.channels], kernel);
  imageToColumns(g, floats(heap, x, kernel), floats(heap, columns, kernel));
  return columns;
}

function forward(stock: Kernel, heap: WasmHeap, info: ConvInfo, x: TensorInfo, filter: TensorInfo): TensorInfo {
  const g = geometryOf(info);
  const columns = columnsOf(heap, g, x, "Conv2D");
  const patch = g.filterHeight * g.filterWidth * g.channels;
  const out = multiply(stock, heap, columns, viewAs(filter, [1, patch, info.outChannels]));
  heap.disposeData(columns.dataId);
  return viewAs(out, [g.batch, g.outHeight, g.outWidth, info.outChannels]);
}

/**
 * Convolution as columns(x) · W. The stock kernel is wrong, and writes outside its memory, where a stride is longer than
 * the filter; it also refuses channels-first images.
 */
export function conv2d(stock: Kernel): Kernel {
  return (call) => {
    type Inputs = { readonly x: TensorInfo; readonly filter: TensorInfo };
    const { inputs, attrs, heap } = unpackCall<Inputs, ConvAttrs>(call);
    const info = describe(inputs.x.shape as Shape4, inputs.filter.shape as Shape4, attrs);
    if (sizeOf(info.outShape) === 0 || sizeOf(inputs.x.shape) === 0) {
      return zeros(heap, [...info.outShape], "Conv2D");
    }
    if (info.dataFormat === "channelsLast") {
      return forward(stock, heap, info, inputs.x, inputs.filter);
    }
    const x = toChannelsLast(heap, inputs.x, "Conv2D");
    const out = forward(stock, heap, info, x, inputs.filter);
    heap.disposeData(x.dataId);
    return toChannelsFirst(heap, out, "Conv2D");
  };
}

function filterGradient(stock: Kernel, heap: WasmHeap, g: Geometry, x: TensorInfo, dy: TensorInfo): TensorInfo {
  const name = "Conv2DBackpropFilter";
  const rows = g.batch * g.outHeight * g.outWidth;
  const outChannels = dy.shape[3] as number;
  const columns = columnsOf(heap, g, x, name);
  const dyTransposed = transposed(heap, viewAs(dy, [1, rows, outChannels]), name);
  const product = multiply(stock, heap, dyTransposed, columns);
  const out = transposed(heap, product, name);
  for (const scratch of [columns, dyTransposed, product]) {
    heap.disposeData(scratch.dataId);
  }
  return out;
}

/**
 * Gradient of a convolution with respect to its filter, which the stock wasm backend lacks:
 * dW = columns(x)ᵀ · dy, as (dyᵀ · columns)ᵀ so that the larger matrix is never transposed.
 */
export function conv2dBackpropFilter(stock: Kernel): Kernel {
  return (call) => {
    type Inputs = { readonly x: TensorInfo; readonly dy: TensorInfo };
    const { inputs, attrs, heap } = unpackCall<Inputs, ConvAttrs & { readonly filterShape: Shape4 }>(call);
    const info = describe(inputs.x.shape as Shape4, attrs.filterShape, attrs);
    if (sizeOf(inputs.dy.shape) === 0 || sizeOf(inputs.x.shape) === 0) {
      return zeros(heap, [...attrs.filterShape], "Conv2DBackpropFilter");
    }
    const last = info.dataFormat === "channelsLast";
    const x = last ? inputs.x : toChannelsLast(heap, inputs.x, "Conv2DBackpropFilter");
    const dy = last ? inputs.dy : toChannelsLast(heap, inputs.dy, "Conv2DBackpropFilter");
    const out = filterGradient(stock, heap, geometryOf(info), x, dy);
    if (!last) {
      heap.disposeData(x.dataId);
      heap.disposeData(dy.dataId);
    }
    return viewAs(out, [...attrs.filterShape]);
  };
}

function inputGradient(stock: Kernel, heap: WasmHeap, g: Geometry, dy: TensorInfo, filter: TensorInfo): TensorInfo {
  const name = "Conv2DBackpropInput";
  const rows = g.batch * g.outHeight * g.outWidth;
  const patch = g.filterHeight * g.filterWidth * g.channels;
  const outChannels = filter.shape[3] as number;
  const filterTransposed = transposed(heap, viewAs(filter, [1, patch, outChannels]), name);
  const columns = multiply(stock, heap, viewAs(dy, [1, rows, outChannels]), filterTransposed);
  const image = zeros(heap, [g.batch, g.inHeight, g.inWidth, g.channels], name);
  columnsToImage(g, floats(heap, columns, name), floats(heap, image, name));
  heap.disposeData(filterTransposed.dataId);
  heap.disposeData(columns.dataId);
  return image;
}

/**
 * Gradient of a convolution with respect to its input, which is also the transposed convolution:
 * dx = image(dy · Wᵀ), where image adds each patch back to the place it came from.
 */
export function conv2dBackpropInput(stock: Kernel): Kernel {
  return (call) => {
    const name = "Conv2DBackpropInput";
    type Inputs = { readonly dy: TensorInfo; readonly filter: TensorInfo };
    const { inputs, attrs, heap } = unpackCall<Inputs, ConvAttrs & { readonly inputShape: Shape4 }>(call);
    const info = describe(attrs.inputShape, inputs.filter.shape as Shape4, attrs);
    if (sizeOf(inputs.dy.shape) === 0 || sizeOf(attrs.inputShape) === 0 || sizeOf(inputs.filter.shape) === 0) {
      return zeros(heap, [...attrs.inputShape], name);
    }
    if (info.dataFormat === "channelsLast") {
      return inputGradient(stock, heap, geometryOf(info), inputs.dy, inputs.filter);
    }
    const dy = toChannelsLast(heap, inputs.dy, name);
    const image = inputGradient(stock, heap, geometryOf(info), dy, inputs.filter);
    heap.disposeData(dy.dataId);
    return toChannelsFirst(heap, image, name);
  };
}
