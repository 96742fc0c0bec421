import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../backend/prepare.ts";
import type { Architecture, Stepper } from "./network-core/architecture.ts";
import { denseGraph, denseLayer, denseWeights } from "./network-core/dense.ts";
import { reconstructionLoss } from "./network-core/loss.ts";
import { lstmCell, lstmGraph, lstmState, lstmWeights, repeatedLstmGraph } from "./network-core/lstm.ts";
import { denseLayer as trainedDense } from "./program/dense.ts";
import { lstmLayer } from "./program/lstm.ts";
import { chain, matrix, type Program, rowsAlways } from "./program/program.ts";
import type { WeightBlock, WeightStore } from "./program/weight-store.ts";

const WINDOW = 60;
const UNITS = 32;
/** Encoders that run side by side, each started again every WINDOW rows, so that one always has seen 46 to 60 rows. */
const ENCODERS = 4;
const APART = WINDOW / ENCODERS;

/** What the encoder keeps of each window: its last hidden state, [B, U]. */
function encode(tf: TensorFlow, w: readonly Tensor[], windows: Tensor3D): Tensor2D {
  const hidden = lstmGraph(tf, windows, w.slice(0, 3));
  const [steps, batch] = hidden.shape;
  return tf.reshape(tf.slice(hidden, [steps - 1, 0, 0], [1, batch, UNITS]), [batch, UNITS]) as Tensor2D;
}

/** Rows [steps, B, F] as the decoder tells them: the newest first, which needs one step of it. */
function decode(tf: TensorFlow, w: readonly Tensor[], code: Tensor2D, steps: number): Tensor3D {
  const hidden = repeatedLstmGraph(tf, code, steps, w.slice(3, 6));
  const [, batch] = hidden.shape;
  const flat = tf.reshape(hidden, [steps * batch, UNITS]) as Tensor2D;
  const rows = denseGraph(tf, flat, w[6] as Tensor, w[7] as Tensor, "linear");
  return tf.reshape(rows, [steps, batch, rows.shape[1]]) as Tensor3D;
}

function stepper(w: readonly Float32Array[], metrics: number, pushed: number): Stepper {
  const block = (at: number): Float32Array => w[at] as Float32Array;
  const encoder = lstmCell(block(0), block(1), block(2));
  const decoder = lstmCell(block(3), block(4), block(5));
  const output = denseLayer(block(6), block(7), "linear");
  const states = Array.from({ length: ENCODERS }, () => lstmState(UNITS));
  const decoded = lstmState(UNITS);
  const answer = new Float32Array(metrics);
  let count = pushed;
  return {
    push(row) {
      const restarting = Math.floor(count / APART) % ENCODERS;
      const sums = encoder.sums(row);
      for (const [at, state] of states.entries()) {
        if (at === restarting && count % APART === 0) {
          state.hidden.fill(0);
          state.cell.fill(0);
        }
        encoder.step(sums, state);
      }
      count++;
      // The one that restarts next has run longest.
      const oldest = states[(restarting + 1) % ENCODERS] as (typeof states)[number];
      decoded.hidden.fill(0);
      decoded.cell.fill(0);
      decoder.step(decoder.sums(oldest.hidden), decoded);
      answer.set(output(decoded.hidden));
      return answer;
    },
  };
}

/** Windows of one pass: what a step of theirs needs stays in the processor's cache. */
const PASS = 64;

function program(store: WeightStore, metrics: number): Program {
  const block = (at: number): WeightBlock => store.blocks[at] as WeightBlock;
  const window = WINDOW * metrics;
  const input = store.kernels.reserve(PASS * window);
  const common = { steps: WINDOW, windows: PASS };
  const encoder = lstmLayer(store, {
    ...common,
    blocks: [block(0), block(1), block(2)],
    input: { kind: "rows", at: input, window, width: metrics },
    graded: "last",
  });
  const decoder = lstmLayer(store, {
    ...common,
    blocks: [block(3), block(4), block(5)],
    input: { kind: "repeated", matrix: encoder.last },
    graded: "every",
  });
  const rebuilt = matrix(store, WINDOW * PASS, metrics);
  const output = trainedDense(store, [block(6), block(7)], decoder.hidden, rebuilt, "linear");
  const size = PASS * rebuilt.row;
  // The decoder tells the newest row first.
  const at = rebuilt.at + (WINDOW - 1) * size;
  const gradient = rebuilt.gradient + (WINDOW - 1) * size;
  const steps = { windowStep: rebuilt.row, rowStep: -size, first: 0 };
  const answers = { at, gradient, ...steps, lowest: rebuilt.gradient, size: WINDOW * size };
  const pass = chain([encoder, decoder, rowsAlways(output, WINDOW * PASS)]);
  return { store, windows: PASS, input, answers, ...pass };
}

/** Recurrent autoencoder: lstm 32, its last state repeated, lstm 32, dense. */
export const aelstmArchitecture: Architecture = {
  name: "aelstm",
  description: "recurrent autoencoder over a window of 60 rows",
  span: WINDOW,
  batch: 512,
  // A step costs what its many small operations cost, hardly more for a larger batch: few steps, large ones.
  fewestSteps: 4,
  learningRate: 0.005,
  weights(metrics) {
    return [
      ...lstmWeights("encoder", metrics, UNITS),
      ...lstmWeights("decoder", UNITS, UNITS),
      ...denseWeights("dense", UNITS, metrics),
    ];
  },
  loss(tf, weights, shown, truth) {
    const steps = truth.shape[1];
    const rebuilt = decode(tf, weights, encode(tf, weights, shown), steps);
    return reconstructionLoss(tf, tf.reverse(tf.transpose(rebuilt, [1, 0, 2]), 1) as Tensor3D, truth);
  },
  expected(tf, weights, windows) {
    const newest = decode(tf, weights, encode(tf, weights, windows), 1);
    return tf.reshape(newest, [newest.shape[1], newest.shape[2]]) as Tensor2D;
  },
  stepper,
  program,
  rebuilds: true,
  context: (pushed) => WINDOW - APART + 1 + ((pushed - 1) % APART),
};
