import type { Tensor, Tensor3D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../../backend/prepare.ts";
import { rowHistory } from "./history.ts";
import type { WeightSpec } from "./weight-spec.ts";

/** Kernel [taps, inputs, outputs] and bias of a convolution along time. */
export function convolutionWeights(name: string, taps: number, inputs: number, outputs: number): readonly WeightSpec[] {
  return [
    { name: `${name}.kernel`, shape: [taps, inputs, outputs], fan: [taps * inputs, taps * outputs] },
    { name: `${name}.bias`, shape: [outputs], fan: null },
  ];
}

/** relu(conv1d(x) + bias) without padding: every column of the result sees real rows only. */
export function convolutionGraph(tf: TensorFlow, x: Tensor3D, kernel: Tensor, bias: Tensor, stride: number): Tensor3D {
  return tf.relu(tf.add(tf.conv1d(x, kernel as Tensor3D, stride, "valid"), bias)) as Tensor3D;
}

/** The last columns of one layer, of which the next layer sees every `dilation`-th. */
export interface Columns {
  push(column: ArrayLike<number>): void;
  /** The newest column and those before it at the dilation's distance, oldest first, in one reused array. */
  taps(): Float32Array;
}

/**
 * A strided network that is moved along by one row computes, of each layer, only one new column; the others are those of
 * `dilation` (the product of the strides so far) rows ago.
 */
export function dilatedColumns(count: number, width: number, dilation: number): Columns {
  const span = (count - 1) * dilation + 1;
  const history = rowHistory(span, width);
  const gathered = new Float32Array(count * width);
  return {
    push: history.push,
    taps() {
      const start = history.start();
      for (let tap = 0; tap < count; tap++) {
        const from = start + tap * dilation * width;
        for (let i = 0; i < width; i++) {
          gathered[tap * width + i] = history.values[from + i] as number;
        }
      }
      return gathered;
    },
  };
}

/** Per channel, the higher of the two columns (each `width` long) that lie in `pair`; reused. */
export function higherOfTwo(width: number): (pair: Float32Array) => Float32Array {
  const result = new Float32Array(width);
  return (pair) => {
    for (let i = 0; i < width; i++) {
      result[i] = Math.max(pair[i] as number, pair[width + i] as number);
    }
    return result;
  };
}
