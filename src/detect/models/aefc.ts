import type { Scalar, Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../backend/prepare.ts";
import type { Architecture, Stepper } from "./network-core/architecture.ts";
import { type Activation, denseGraph, denseLayer } from "./network-core/dense.ts";
import { rowHistory } from "./network-core/history.ts";
import { reconstructionLoss } from "./network-core/loss.ts";
import { stackProgram, stackWeights } from "./program/dense-program.ts";

const WINDOW = 60;
const HIDDEN = [128, 32, 8, 32, 128] as const;
/** The code in the middle stays linear: a rectified code of eight easily loses half of its units for good. */
const ACTIVATIONS: readonly Activation[] = ["relu", "relu", "linear", "relu", "relu", "linear"];

function reconstruct(tf: TensorFlow, weights: readonly Tensor[], windows: Tensor3D): Tensor2D {
  const [batch, span, metrics] = windows.shape;
  let x = tf.reshape(windows, [batch, span * metrics]) as Tensor2D;
  for (const [layer, activation] of ACTIVATIONS.entries()) {
    x = denseGraph(tf, x, weights[2 * layer] as Tensor, weights[2 * layer + 1] as Tensor, activation);
  }
  return x;
}

function stepper(weights: readonly Float32Array[], metrics: number): Stepper {
  const window = rowHistory(WINDOW, metrics);
  const last = ACTIVATIONS.length - 1;
  const layers = ACTIVATIONS.map((activation, layer) => {
    const newestRow = layer === last ? (WINDOW - 1) * metrics : 0;
    return denseLayer(
      weights[2 * layer] as Float32Array,
      weights[2 * layer + 1] as Float32Array,
      activation,
      newestRow,
    );
  });
  return {
    push(row) {
      window.push(row);
      let x = window.values;
      let from = window.start();
      for (const layer of layers) {
        x = layer(x, from);
        from = 0;
      }
      return x;
    },
  };
}

/** Dense autoencoder over a window: 60F-128-32-8-32-128-60F. */
export const aefcArchitecture: Architecture = {
  name: "aefc",
  description: "dense autoencoder over a window of 60 rows",
  span: WINDOW,
  batch: 128,
  fewestSteps: 10,
  learningRate: 0.002,
  weights: (metrics) => stackWeights([WINDOW * metrics, ...HIDDEN, WINDOW * metrics]),
  loss(tf, weights, shown, truth): Scalar {
    const rebuilt = tf.reshape(reconstruct(tf, weights, shown), truth.shape) as Tensor3D;
    return reconstructionLoss(tf, rebuilt, truth);
  },
  expected(tf, weights, windows) {
    const [batch, span, metrics] = windows.shape;
    return tf.slice(reconstruct(tf, weights, windows), [0, (span - 1) * metrics], [batch, metrics]);
  },
  stepper,
  program: (store, metrics) => stackProgram(store, HIDDEN, ACTIVATIONS, WINDOW, metrics),
  rebuilds: true,
};
