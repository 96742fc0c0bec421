import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../backend/prepare.ts";
import type { Architecture, Stepper } from "./network-core/architecture.ts";
import { convolutionGraph, convolutionWeights, dilatedColumns } from "./network-core/convolution.ts";
import { denseGraph, denseLayer, denseWeights } from "./network-core/dense.ts";
import { reconstructionLoss } from "./network-core/loss.ts";
import { denseLayer as trainedDense } from "./program/dense.ts";
import { chain, matrix, type Program, perWindow } from "./program/program.ts";
import { convolutionLayer, padOf, sequences, transposedLayer } from "./program/strided.ts";
import { blockPair, type WeightStore } from "./program/weight-store.ts";

const TAPS = 7;
const STRIDE = 2;
const WIDE = 32;
const NARROW = 16;
/** Seven taps in steps of two, twice, fit exactly: 59 rows, 27 columns, 11 codes, and back, without any padding. */
const SPAN = 59;

/** Transposed convolution along time, kernel [taps, outputs, inputs]: each column spreads over `TAPS` of the longer row. */
function transposedGraph(tf: TensorFlow, x: Tensor3D, kernel: Tensor, bias: Tensor): Tensor3D {
  const [batch, length, inputs] = x.shape;
  const [taps, outputs] = kernel.shape as [number, number];
  const longer = (length - 1) * STRIDE + taps;
  const image = tf.reshape(x, [batch, 1, length, inputs]) as Tensor4D;
  const filter = tf.reshape(kernel, [1, taps, outputs, inputs]) as Tensor4D;
  const spread = tf.conv2dTranspose(image, filter, [batch, 1, longer, outputs], [1, STRIDE], "valid");
  return tf.relu(tf.add(tf.reshape(spread, [batch, longer, outputs]), bias)) as Tensor3D;
}

function reconstruct(tf: TensorFlow, w: readonly Tensor[], windows: Tensor3D): Tensor3D {
  const [batch, span, metrics] = windows.shape;
  const [k1, b1, k2, b2, k3, b3, k4, b4, k5, b5] = w as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const codes = convolutionGraph(tf, convolutionGraph(tf, windows, k1, b1, STRIDE), k2, b2, STRIDE);
  const spread = transposedGraph(tf, transposedGraph(tf, codes, k3, b3), k4, b4);
  const rows = tf.reshape(spread, [batch * span, WIDE]) as Tensor2D;
  return tf.reshape(denseGraph(tf, rows, k5, b5, "linear"), [batch, span, metrics]) as Tensor3D;
}

/** The newest row's part of a transposed convolution is its last tap alone: a dense layer [inputs, outputs]. */
function lastTap(kernel: Float32Array, outputs: number, inputs: number): Float32Array {
  const from = (TAPS - 1) * outputs * inputs;
  const dense = new Float32Array(inputs * outputs);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      dense[i * outputs + o] = kernel[from + o * inputs + i] as number;
    }
  }
  return dense;
}

function stepper(w: readonly Float32Array[], metrics: number): Stepper {
  const block = (at: number): Float32Array => w[at] as Float32Array;
  const rows = dilatedColumns(TAPS, metrics, 1);
  const columns = dilatedColumns(TAPS, WIDE, STRIDE);
  const first = denseLayer(block(0), block(1), "relu");
  const second = denseLayer(block(2), block(3), "relu");
  const third = denseLayer(lastTap(block(4), NARROW, NARROW), block(5), "relu");
  const fourth = denseLayer(lastTap(block(6), WIDE, NARROW), block(7), "relu");
  const fifth = denseLayer(block(8), block(9), "linear");
  return {
    push(row) {
      rows.push(row);
      columns.push(first(rows.taps()));
      return fifth(fourth(third(second(columns.taps()))));
    },
  };
}

/** Windows of one pass: what they need stays in the processor's cache. */
const PASS = 32;
const COLUMNS = (SPAN - TAPS) / STRIDE + 1;
const CODES = (COLUMNS - TAPS) / STRIDE + 1;

function program(store: WeightStore, metrics: number): Program {
  const pad = padOf(TAPS, STRIDE);
  const input = store.kernels.reserve(PASS * SPAN * metrics);
  const rows = { at: input, gradient: null, channels: metrics, length: SPAN, pad: 0, window: SPAN * metrics };
  const columns = sequences(store, PASS, COLUMNS, WIDE);
  const codes = sequences(store, PASS, CODES, NARROW, pad);
  const spread = sequences(store, PASS, COLUMNS, NARROW, pad);
  const wide = sequences(store, PASS, SPAN, WIDE);
  const rebuilt = matrix(store, PASS * SPAN, metrics);
  const flat = { at: wide.at, gradient: wide.gradient, row: WIDE };
  const pass = chain([
    convolutionLayer(store, blockPair(store, 0), STRIDE, rows, columns),
    convolutionLayer(store, blockPair(store, 1), STRIDE, columns, codes),
    transposedLayer(store, blockPair(store, 2), STRIDE, codes, spread),
    transposedLayer(store, blockPair(store, 3), STRIDE, spread, wide),
    perWindow(trainedDense(store, blockPair(store, 4), flat, rebuilt, "linear"), SPAN),
  ]);
  const steps = { windowStep: SPAN * rebuilt.row, rowStep: rebuilt.row, first: 0 };
  const size = { lowest: rebuilt.gradient, size: PASS * SPAN * rebuilt.row };
  const answers = { at: rebuilt.at, gradient: rebuilt.gradient, ...steps, ...size };
  return { store, windows: PASS, input, answers, ...pass };
}

/** Convolutional autoencoder: conv1d 32, 16 (kernel 7, stride 2) and transposed back. */
export const aecnnArchitecture: Architecture = {
  name: "aecnn",
  description: "convolutional autoencoder over a window of 59 rows",
  span: SPAN,
  batch: 128,
  fewestSteps: 10,
  learningRate: 0.002,
  weights(metrics) {
    return [
      ...convolutionWeights("conv1", TAPS, metrics, WIDE),
      ...convolutionWeights("conv2", TAPS, WIDE, NARROW),
      { name: "transposed1.kernel", shape: [TAPS, NARROW, NARROW], fan: [TAPS * NARROW, TAPS * NARROW] },
      { name: "transposed1.bias", shape: [NARROW], fan: null },
      { name: "transposed2.kernel", shape: [TAPS, WIDE, NARROW], fan: [TAPS * NARROW, TAPS * WIDE] },
      { name: "transposed2.bias", shape: [WIDE], fan: null },
      ...denseWeights("dense", WIDE, metrics),
    ];
  },
  loss: (tf, weights, shown, truth) => reconstructionLoss(tf, reconstruct(tf, weights, shown), truth),
  expected(tf, weights, windows) {
    const [batch, span, metrics] = windows.shape;
    const newest = tf.slice(reconstruct(tf, weights, windows), [0, span - 1, 0], [batch, 1, metrics]);
    return tf.reshape(newest, [batch, metrics]) as Tensor2D;
  },
  stepper,
  program,
  rebuilds: true,
};
