import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../../backend/prepare.ts";
import { copyLines, vectorLines } from "./vector-lines.ts";
import type { WeightSpec } from "./weight-spec.ts";

export type Activation = "relu" | "linear";

/** Kernel [inputs, outputs] and bias of a dense layer. */
export function denseWeights(name: string, inputs: number, outputs: number): readonly WeightSpec[] {
  return [
    { name: `${name}.kernel`, shape: [inputs, outputs], fan: [inputs, outputs] },
    { name: `${name}.bias`, shape: [outputs], fan: null },
  ];
}

/** activation(x · kernel + bias) for x [B, inputs]. */
export function denseGraph(
  tf: TensorFlow,
  x: Tensor2D,
  kernel: Tensor,
  bias: Tensor,
  activation: Activation,
): Tensor2D {
  const y = tf.add(tf.matMul(x, kernel as Tensor2D), bias);
  return (activation === "relu" ? tf.relu(y) : y) as Tensor2D;
}

/** One dense layer on one row: returns the reused output array. */
export type DenseLayer = (input: Float32Array, from?: number) => Float32Array;

/** Layers with fewer weights are as fast in plain JavaScript. */
const WORTH_VECTORS = 4096;

/**
 * @param keepFrom first output to compute: a decoder of which only the newest row matters computes no other
 * @param kernel [inputs, outputs] row-major, as TensorFlow keeps it; turned here so that each output reads one line
 */
export function denseLayer(kernel: Float32Array, bias: Float32Array, activation: Activation, keepFrom = 0): DenseLayer {
  const outputs = bias.length;
  const inputs = kernel.length / outputs;
  const kept = outputs - keepFrom;
  const products = productsOf(kernel, inputs, outputs, keepFrom);
  const result = new Float32Array(kept);
  return (input, from = 0) => {
    products(input, from, result);
    for (let o = 0; o < kept; o++) {
      const sum = (result[o] as number) + (bias[keepFrom + o] as number);
      result[o] = activation === "relu" && sum < 0 ? 0 : sum;
    }
    return result;
  };
}

/** Writes the products of the input with each line. */
type Products = (input: Float32Array, from: number, result: Float32Array) => void;

function productsOf(kernel: Float32Array, inputs: number, outputs: number, keepFrom: number): Products {
  const kept = outputs - keepFrom;
  const vectors = kept * inputs >= WORTH_VECTORS ? vectorLines(kernel, inputs, outputs, keepFrom) : null;
  if (vectors !== null) {
    return vectors;
  }
  const lines = new Float32Array(kept * inputs);
  copyLines(kernel, inputs, outputs, keepFrom, lines, 0, inputs);
  return (input, from, result) => {
    for (let o = 0; o < kept; o++) {
      result[o] = dot(lines, o * inputs, input, from, inputs);
    }
  };
}

/** Sum of products of `length` values of two arrays; four sums at once keep the processor busy. */
function dot(a: Float32Array, fromA: number, b: Float32Array, fromB: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const whole = length - (length % 4);
  for (let i = 0; i < whole; i += 4) {
    s0 += (a[fromA + i] as number) * (b[fromB + i] as number);
    s1 += (a[fromA + i + 1] as number) * (b[fromB + i + 1] as number);
    s2 += (a[fromA + i + 2] as number) * (b[fromB + i + 2] as number);
    s3 += (a[fromA + i + 3] as number) * (b[fromB + i + 3] as number);
  }
  for (let i = whole; i < length; i++) {
    s0 += (a[fromA + i] as number) * (b[fromB + i] as number);
  }
  return s0 + s1 + (s2 + s3);
}
