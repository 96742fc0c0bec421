import { setImmediate as nextTurn } from "node:timers/promises";
import type { FitProgress } from "../../detector.ts";
import type { Architecture } from "./architecture.ts";
import type { Learner } from "./learner.ts";
import { glorotUniform, type Random, shuffle } from "./random.ts";
import { type WeightSpec, weightCount } from "./weight-spec.ts";

/** Network input of all training rows, in time order. */
export interface TrainingRows {
  readonly rows: number;
  readonly metrics: number;
  /** Row-major, rows × F. */
  readonly inputs: Float32Array;
}

export interface TrainingOptions {
  readonly epochs: number;
  readonly random: Random;
  readonly onProgress?: ((progress: FitProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Last part of the history, kept from training to see when to stop. */
const VALIDATION_SHARE = 0.15;
/** Epochs without a better validation loss before training stops. */
const PATIENCE = 3;
/** A loss counts as better when it is below this part of the best so far. */
const BETTER = 0.995;
/** An epoch sweeps over at most this many input values, in windows drawn again each time: long histories repeat. */
const VALUES_PER_EPOCH = 2_000_000;
const VALIDATION_WINDOWS = 512;
/** Share of single input values that are blanked while training, so that the network learns what the others say. */
const BLANKED = 0.1;
const YIELD_MILLISECONDS = 40;

/** Fresh weights: Glorot's where they have a fan, else zero. */
export function startWeights(specs: readonly WeightSpec[], random: Random): Float32Array[] {
  return specs.map((spec) => {
    const size = weightCount(spec);
    return spec.fan === null ? new Float32Array(size) : glorotUniform(size, spec.fan[0], spec.fan[1], random);
  });
}

/** Starts of training windows and of validation windows; the two share no row. */
function splitWindows(rows: number, span: number): { training: Uint32Array; validation: Uint32Array } {
  const held = Math.max(Math.floor(rows * VALIDATION_SHARE), span);
  const trainingWindows = rows - held - span + 1;
  const validationWindows = held - span + 1;
  const stride = Math.max(1, Math.ceil(validationWindows / VALIDATION_WINDOWS));
  const first = rows - held;
  return {
    training: Uint32Array.from({ length: trainingWindows }, (_, i) => i),
    validation: Uint32Array.from({ length: Math.ceil(validationWindows / stride) }, (_, i) => first + i * stride),
  };
}

/** Copies the windows that start at the given rows into one batch. */
export function gatherWindows(data: TrainingRows, starts: Uint32Array, span: number): Float32Array {
  const size = span * data.metrics;
  const batch = new Float32Array(starts.length * size);
  for (const [i, start] of starts.entries()) {
    batch.set(data.inputs.subarray(start * data.metrics, start * data.metrics + size), i * size);
  }
  return batch;
}

function blank(windows: Float32Array, random: Random): Float32Array {
  const shown = windows.slice();
  for (let i = 0; i < shown.length; i++) {
    if (random() < BLANKED) {
      shown[i] = 0;
    }
  }
  return shown;
}

/** Loss of many windows, `size` at a time. */
function averageLoss(learner: Learner, data: TrainingRows, span: number, starts: Uint32Array, size: number): number {
  let total = 0;
  for (let from = 0; from < starts.length; from += size) {
    const part = starts.subarray(from, from + size);
    total += learner.loss(gatherWindows(data, part, span), part.length) * part.length;
  }
  return total / starts.length;
}

const SMALLEST_BATCH = 32;

function batchSize(network: Architecture, windows: number): number {
  return Math.min(network.batch, Math.max(SMALLEST_BATCH, Math.ceil(windows / network.fewestSteps)));
}

/** Lets messages, timers and an abort through when the thread has been busy for a while. */
export function politeness(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since > YIELD_MILLISECONDS) {
      await nextTurn();
      since = performance.now();
    }
  };
}

/**
 * Trains until the loss on the newest part of the history stops falling, and returns the best weights on the way.
 * The same data, seed and learner give the same weights.
 * @throws the signal's reason when it is aborted
 */
export async function trainNetwork(
  learner: Learner,
  network: Architecture,
  data: TrainingRows,
  options: TrainingOptions,
): Promise<Float32Array[]> {
  const { random, signal } = options;
  learner.write(startWeights(network.weights(data.metrics), random));
  const { training, validation } = splitWindows(data.rows, network.span);
  const polite = politeness();
  const size = batchSize(network, training.length);
  const perEpoch = Math.max(size, Math.floor(VALUES_PER_EPOCH / (network.span * data.metrics)));
  let best = { loss: Number.POSITIVE_INFINITY, epoch: 0, weights: learner.weights() };
  for (let epoch = 1; epoch <= options.epochs && epoch - best.epoch <= PATIENCE; epoch++) {
    shuffle(training, random);
    const swept = training.subarray(0, perEpoch);
    for (let from = 0; from < swept.length; from += size) {
      signal?.throwIfAborted();
      const starts = swept.subarray(from, from + size);
      const truth = gatherWindows(data, starts, network.span);
      learner.train(blank(truth, random), truth, starts.length, network.learningRate);
      await polite();
    }
    const loss = averageLoss(learner, data, network.span, validation, network.batch);
    if (loss < best.loss * BETTER) {
      best = { loss, epoch, weights: learner.weights() };
    }
    options.onProgress?.({ epoch, epochs: options.epochs, loss });
    await polite();
  }
  return best.weights;
}
