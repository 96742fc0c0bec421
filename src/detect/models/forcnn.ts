import type { Scalar, Tensor, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../backend/prepare.ts";
import type { Architecture, Stepper } from "./network-core/architecture.ts";
import { convolutionGraph, convolutionWeights, dilatedColumns, higherOfTwo } from "./network-core/convolution.ts";
import { denseGraph, denseLayer, denseWeights } from "./network-core/dense.ts";
import { denseLayer as trainedDense } from "./program/dense.ts";
import { chain, matrix, type Program } from "./program/program.ts";
import { convolutionLayer, padOf, poolLayer, sequences } from "./program/strided.ts";
import { blockPair, type WeightStore } from "./program/weight-store.ts";

const WINDOW = 60;
const TAPS = 5;
const FILTERS = 32;
const POOL = 2;
/** 60 rows, 56 columns, pooled 28, 24 columns, pooled 12. */
const POOLED = 12;
const HIDDEN = 64;

/** Maximum over pairs of neighbouring columns. */
function pool(tf: TensorFlow, x: Tensor3D): Tensor3D {
  const [batch, length, channels] = x.shape;
  const image = tf.reshape(x, [batch, 1, length, channels]) as Tensor4D;
  const pooled = tf.maxPool(image, [1, POOL], [1, POOL], "valid");
  return tf.reshape(pooled, [batch, length / POOL, channels]) as Tensor3D;
}

/** Forecast [B, F] of the row that follows each window [B, 60, F]. */
function forecast(tf: TensorFlow, w: readonly Tensor[], windows: Tensor3D): Tensor2D {
  const [k1, b1, k2, b2, k3, b3, k4, b4] = w as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  const first = pool(tf, convolutionGraph(tf, windows, k1, b1, 1));
  const second = pool(tf, convolutionGraph(tf, first, k2, b2, 1));
  const flat = tf.reshape(second, [windows.shape[0], POOLED * FILTERS]) as Tensor2D;
  return denseGraph(tf, denseGraph(tf, flat, k3, b3, "relu"), k4, b4, "linear");
}

function past(tf: TensorFlow, windows: Tensor3D): Tensor3D {
  const [batch, , metrics] = windows.shape;
  return tf.slice(windows, [0, 0, 0], [batch, WINDOW, metrics]);
}

function newest(tf: TensorFlow, windows: Tensor3D): Tensor2D {
  const [batch, , metrics] = windows.shape;
  return tf.reshape(tf.slice(windows, [0, WINDOW, 0], [batch, 1, metrics]), [batch, metrics]) as Tensor2D;
}

function stepper(w: readonly Float32Array[], metrics: number): Stepper {
  const block = (at: number): Float32Array => w[at] as Float32Array;
  const rows = dilatedColumns(TAPS, metrics, 1);
  const unpooled1 = dilatedColumns(POOL, FILTERS, 1);
  const pooled1 = dilatedColumns(TAPS, FILTERS, POOL);
  const unpooled2 = dilatedColumns(POOL, FILTERS, POOL);
  const pooled2 = dilatedColumns(POOLED, FILTERS, POOL * POOL);
  const first = denseLayer(block(0), block(1), "relu");
  const second = denseLayer(block(2), block(3), "relu");
  const hidden = denseLayer(block(4), block(5), "relu");
  const output = denseLayer(block(6), block(7), "linear");
  const higher1 = higherOfTwo(FILTERS);
  const higher2 = higherOfTwo(FILTERS);
  const answer = new Float32Array(metrics);
  return {
    push(row) {
      answer.set(output(hidden(pooled2.taps())));
      rows.push(row);
      unpooled1.push(first(rows.taps()));
      pooled1.push(higher1(unpooled1.taps()));
      unpooled2.push(second(pooled1.taps()));
      pooled2.push(higher2(unpooled2.taps()));
      return answer;
    },
  };
}

/** Windows of one pass: what they need stays in the processor's cache. */
const PASS = 32;
const COLUMNS = WINDOW - TAPS + 1;
const SHORTER = COLUMNS / POOL - TAPS + 1;

function program(store: WeightStore, metrics: number): Program {
  const span = WINDOW + 1;
  const input = store.kernels.reserve(PASS * span * metrics);
  const rows = { at: input, gradient: null, channels: metrics, length: WINDOW, pad: 0, window: span * metrics };
  const columns = sequences(store, PASS, COLUMNS, FILTERS);
  const halved = sequences(store, PASS, COLUMNS / POOL, FILTERS);
  const second = sequences(store, PASS, SHORTER, FILTERS, padOf(TAPS, 1));
  const pooled = sequences(store, PASS, POOLED, FILTERS);
  const flat = { at: pooled.at, gradient: pooled.gradient, row: POOLED * FILTERS };
  const hidden = matrix(store, PASS, HIDDEN);
  const next = matrix(store, PASS, metrics);
  const pass = chain([
    convolutionLayer(store, blockPair(store, 0), 1, rows, columns, true),
    poolLayer(store, columns, halved),
    convolutionLayer(store, blockPair(store, 1), 1, halved, second, true),
    poolLayer(store, second, pooled),
    trainedDense(store, blockPair(store, 2), flat, hidden, "relu"),
    trainedDense(store, blockPair(store, 3), hidden, next, "linear"),
  ]);
  const answered = { at: next.at, gradient: next.gradient, windowStep: next.row, rowStep: 0, first: WINDOW };
  const answers = { ...answered, lowest: next.gradient, size: PASS * next.row };
  return { store, windows: PASS, input, answers, ...pass };
}

/** Convolutional forecaster: conv1d 32 twice with pooling, dense, the next row. */
export const forcnnArchitecture: Architecture = {
  name: "forcnn",
  description: "convolutional forecast of the next row from the 60 before it",
  span: WINDOW + 1,
  batch: 128,
  fewestSteps: 10,
  learningRate: 0.002,
  weights(metrics) {
    return [
      ...convolutionWeights("conv1", TAPS, metrics, FILTERS),
      ...convolutionWeights("conv2", TAPS, FILTERS, FILTERS),
      ...denseWeights("dense1", POOLED * FILTERS, HIDDEN),
      ...denseWeights("dense2", HIDDEN, metrics),
    ];
  },
  loss(tf, weights, shown, truth): Scalar {
    return tf.mean(tf.squaredDifference(forecast(tf, weights, past(tf, shown)), newest(tf, truth))) as Scalar;
  },
  expected: (tf, weights, windows) => forecast(tf, weights, past(tf, windows)),
  stepper,
  program,
  rebuilds: false,
};
