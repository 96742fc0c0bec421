import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../../../detect/backend/prepare.ts";
import { denseGraph, denseWeights } from "../../../detect/models/network-core/dense.ts";
import { lstmGraph, lstmWeights } from "../../../detect/models/network-core/lstm.ts";
import type { WeightSpec } from "../../../detect/models/network-core/weight-spec.ts";

/** How many transfers before it the network sees. */
export const STEPS = 100;
export const UNITS = 32;
/** Length of the vector of a name, by kind: source, destination, activity, protocol, endpoint. */
export const NAME_WIDTHS = [8, 8, 4, 2, 2] as const;
const NAMES_WIDTH = NAME_WIDTHS.reduce((sum, width) => sum + width, 0);
/** A step: names, size, delay, duration. What is asked about: names, size, delay. */
export const STEP_WIDTH = NAMES_WIDTH + 3;
export const QUERY_WIDTH = NAMES_WIDTH + 2;
const HIDDEN = 32;

/** Blocks of weights: a table per kind of name, the LSTM, two dense layers that give middle and spread. */
export function weightsOf(nameCounts: readonly number[]): readonly WeightSpec[] {
  return [
    ...NAME_WIDTHS.map((width, at) => ({
      name: `names.${at}`,
      shape: [nameCounts[at] as number, width],
      fan: [width, width] as const,
    })),
    ...lstmWeights("lstm", STEP_WIDTH, UNITS),
    ...denseWeights("hidden", UNITS + QUERY_WIDTH, HIDDEN),
    ...denseWeights("output", HIDDEN, 2),
  ];
}

/** Where the blocks begin. */
export const BLOCK = { lstm: 5, hidden: 8, output: 10 } as const;

/** A batch: B sequences of {@link STEPS} transfers, and the transfer that follows each. */
export interface SequenceBatch {
  readonly size: number;
  /** Per kind of name, its number at each step: B × STEPS. */
  readonly stepNames: readonly Int32Array[];
  /** Size, delay, duration at each step: B × STEPS × 3. */
  readonly stepNumbers: Float32Array;
  readonly queryNames: readonly Int32Array[];
  /** Size and delay: B × 2. */
  readonly queryNumbers: Float32Array;
  /** ln(1 + seconds), less the usual. */
  readonly targets: Float32Array;
}

/** Spread from the network's output: e^−1.6 to e^0.8 of ln(1 + seconds). */
export function spreadOf(output: number): number {
  return Math.exp(1.2 * Math.tanh(output) - 0.4);
}

/** Mean negative log-likelihood of the targets, each with its own spread. */
export function sequenceLoss(tf: TensorFlow, weights: readonly Tensor[], batch: SequenceBatch): Scalar {
  const steps = withNames(tf, weights, batch.stepNames, tf.tensor2d(batch.stepNumbers, [batch.size * STEPS, 3]));
  const hidden = lstmGraph(
    tf,
    tf.reshape(steps, [batch.size, STEPS, STEP_WIDTH]) as Tensor3D,
    weights.slice(BLOCK.lstm, BLOCK.hidden),
  );
  const last = tf.reshape(tf.slice(hidden, [STEPS - 1, 0, 0], [1, batch.size, UNITS]), [batch.size, UNITS]);
  const query = withNames(tf, weights, batch.queryNames, tf.tensor2d(batch.queryNumbers, [batch.size, 2]));
  const [kernel, bias, outKernel, outBias] = weights.slice(BLOCK.hidden) as [Tensor, Tensor, Tensor, Tensor];
  const middle = denseGraph(tf, tf.concat([last as Tensor2D, query], 1), kernel, bias, "relu");
  const output = denseGraph(tf, middle, outKernel, outBias, "linear");
  const mean = tf.slice(output, [0, 0], [batch.size, 1]);
  const logSpread = tf.sub(tf.mul(1.2, tf.tanh(tf.slice(output, [0, 1], [batch.size, 1]))), 0.4);
  const error = tf.sub(tf.tensor2d(batch.targets, [batch.size, 1]), mean);
  const squared = tf.square(tf.div(error, tf.exp(logSpread)));
  return tf.mean(tf.add(logSpread, tf.mul(0.5, squared))) as Scalar;
}

function withNames(
  tf: TensorFlow,
  weights: readonly Tensor[],
  names: readonly Int32Array[],
  numbers: Tensor2D,
): Tensor2D {
  const vectors = names.map((kind, at) => tf.gather(weights[at] as Tensor2D, tf.tensor1d(kind, "int32") as Tensor1D));
  return tf.concat([...vectors, numbers], 1) as Tensor2D;
}
