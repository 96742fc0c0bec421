import type { Tensor } from "@tensorflow/tfjs";
import type { TensorFlow } from "../../../detect/backend/prepare.ts";
import type { FitOptions } from "../../../detect/detector.ts";
import type { Frame } from "../../../detect/frame.ts";
import { seededRandom } from "../../../detect/math/random.ts";
import { adam } from "../../../detect/models/network-core/adam.ts";
import { shuffle } from "../../../detect/models/network-core/random.ts";
import { politeness, startWeights } from "../../../detect/models/network-core/training.ts";
import type { WeightSpec } from "../../../detect/models/network-core/weight-spec.ts";
import { COLUMN, COLUMNS, NAMES } from "./encode.ts";
import { type SequenceBatch, sequenceLoss, weightsOf } from "./network.ts";
import { gatherSequences } from "./sequences.ts";

/** A trained network: weights by block, and what it takes for usual, ln(1 + seconds). */
export interface TrainedSequences {
  readonly weights: readonly Float32Array[];
  readonly usual: number;
}

const EPOCHS = 40;
const PATIENCE = 4;
const BETTER = 0.998;
const VALIDATION_SHARE = 0.15;
const VALIDATION_MOST = 2048;
const LEARNING_RATE = 0.003;
const SMALLEST_BATCH = 32;
const LARGEST_BATCH = 512;
const STEPS_AN_EPOCH = 40;
/** Transfers of one epoch: long histories are drawn from again each time. */
const EPOCH_MOST = 20_000;
/** Share of names left out while training, so that the network knows what to do with new ones. */
const FORGOTTEN = 0.1;

/**
 * Trains on each transfer of a history with those before it, until the newest 15 % are not foretold any better.
 * @param history encoded transfers, of `encodeHistory` · @throws the signal's reason when it is aborted
 */
export async function trainSequences(
  tf: TensorFlow,
  history: Frame,
  { seed, epochs = EPOCHS, onProgress, signal }: FitOptions,
): Promise<TrainedSequences> {
  const random = seededRandom(seed);
  const specs = weightsOf(nameCounts(history));
  const weights = startWeights(specs, random);
  const optimizer = adam(weights);
  const first = Math.max(1, Math.floor(history.rows * (1 - VALIDATION_SHARE)));
  const usual = meanOf(history, first);
  const training = Uint32Array.from({ length: first }, (_, row) => row);
  const stride = Math.max(1, Math.ceil((history.rows - first) / VALIDATION_MOST));
  const validation = Uint32Array.from(
    { length: Math.ceil((history.rows - first) / stride) },
    (_, i) => first + i * stride,
  );
  const size = Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, Math.ceil(first / STEPS_AN_EPOCH)));
  const polite = politeness();
  let best = { loss: Number.POSITIVE_INFINITY, epoch: 0, weights: weights.map((block) => block.slice()) };
  for (let epoch = 1; epoch <= epochs && epoch - best.epoch <= PATIENCE; epoch++) {
    shuffle(training, random);
    for (let from = 0; from < Math.min(first, EPOCH_MOST); from += size) {
      signal?.throwIfAborted();
      const rows = training.subarray(from, Math.min(from + size, first));
      const batch = gatherSequences(history, rows, usual, { share: FORGOTTEN, random });
      optimizer.step(gradientsOf(tf, specs, weights, batch), LEARNING_RATE);
      await polite();
    }
    const loss = lossOf(tf, specs, weights, history, validation, usual);
    if (loss < best.loss - Math.abs(best.loss === Number.POSITIVE_INFINITY ? 0 : best.loss) * (1 - BETTER)) {
      best = { loss, epoch, weights: weights.map((block) => block.slice()) };
    }
    onProgress?.({ epoch, epochs, loss });
    await polite();
  }
  return { weights: best.weights, usual };
}

function nameCounts(history: Frame): number[] {
  return NAMES.map((_, kind) => {
    let most = 0;
    for (let row = 0; row < history.rows; row++) {
      most = Math.max(most, history.values[row * COLUMNS.length + COLUMN.source + kind] as number);
    }
    return most + 1;
  });
}

function meanOf(history: Frame, rows: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    sum += history.values[row * COLUMNS.length + COLUMN.duration] as number;
  }
  return sum / rows;
}

function upload(tf: TensorFlow, specs: readonly WeightSpec[], weights: readonly Float32Array[]): Tensor[] {
  return weights.map((block, at) => tf.tensor(block, [...(specs[at] as WeightSpec).shape]));
}

function gradientsOf(
  tf: TensorFlow,
  specs: readonly WeightSpec[],
  weights: readonly Float32Array[],
  batch: SequenceBatch,
): Float32Array[] {
  const tensors = tf.tidy(() => {
    const gradient = tf.grads((...parameters: Tensor[]) => sequenceLoss(tf, parameters, batch));
    return gradient(upload(tf, specs, weights));
  });
  const gradients = tensors.map((tensor) => tensor.dataSync() as Float32Array);
  tf.dispose(tensors);
  return gradients;
}

function lossOf(
  tf: TensorFlow,
  specs: readonly WeightSpec[],
  weights: readonly Float32Array[],
  history: Frame,
  rows: Uint32Array,
  usual: number,
): number {
  let total = 0;
  for (let from = 0; from < rows.length; from += LARGEST_BATCH) {
    const part = rows.subarray(from, from + LARGEST_BATCH);
    const batch = gatherSequences(history, part, usual, null);
    const loss = tf.tidy(() => sequenceLoss(tf, upload(tf, specs, weights), batch));
    total += (loss.dataSync()[0] as number) * part.length;
    loss.dispose();
  }
  return total / rows.length;
}
