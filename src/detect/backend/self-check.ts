import { seededRandom } from "../math/random.ts";
import { aecnnArchitecture } from "../models/aecnn.ts";
import { aefcArchitecture } from "../models/aefc.ts";
import { aelstmArchitecture } from "../models/aelstm.ts";
import { forcnnArchitecture } from "../models/forcnn.ts";
import type { Architecture } from "../models/network-core/architecture.ts";
import type { Learner } from "../models/network-core/learner.ts";
import { tensorLearner } from "../models/network-core/tensor-learner.ts";
import { startWeights } from "../models/network-core/training.ts";
import { REFERENCES, type Reference } from "./references.ts";
import type { TensorFlow } from "./tensor-flow.ts";

const NETWORKS: readonly Architecture[] = [aefcArchitecture, aecnnArchitecture, aelstmArchitecture, forcnnArchitecture];

export const REFERENCE_METRICS = 2;
const WINDOWS = 6;
const SEED = 11;
/** 32-bit arithmetic in another order differs by less; a wrong kernel by more. */
const TOLERANCE = 2e-3;

/** Two numbers that change when any value of a gradient does. */
function summary(gradient: Float32Array): { size: number; projection: number } {
  let squares = 0;
  let projection = 0;
  for (const [i, value] of gradient.entries()) {
    squares += value * value;
    projection += value * Math.cos(i + 1);
  }
  return { size: Math.sqrt(squares), projection };
}

/** Runs the reference on a learner of the network with {@link REFERENCE_METRICS} metrics. */
export function measureReference(network: Architecture, learner: Learner): Reference {
  const random = seededRandom(SEED);
  const weights = startWeights(network.weights(REFERENCE_METRICS), random);
  // Biases start at zero, where the slope of a rectifier that sees nothing else is a matter of taste.
  for (const block of weights) {
    for (const [i, value] of block.entries()) {
      block[i] = value + 0.05 * Math.sin(i + 1);
    }
  }
  learner.write(weights);
  const windows = Float32Array.from({ length: WINDOWS * network.span * REFERENCE_METRICS }, () => random() * 4 - 2);
  const { loss, gradients } = learner.gradients(windows, windows, WINDOWS);
  return { loss, gradients: gradients.map(summary) };
}

function differs(seen: number, expected: number, scale: number): boolean {
  return !(Math.abs(seen - expected) <= TOLERANCE * scale);
}

/** What is wrong with a measured reference, in a few words; null when nothing is. */
export function compareReference(seen: Reference, expected: Reference): string | null {
  if (differs(seen.loss, expected.loss, Math.abs(expected.loss))) {
    return `a loss of ${seen.loss.toPrecision(6)} instead of ${expected.loss.toPrecision(6)}`;
  }
  for (const [block, { size, projection }] of expected.gradients.entries()) {
    const own = seen.gradients[block];
    if (own === undefined || differs(own.size, size, size) || differs(own.projection, projection, size)) {
      return `the gradient of block ${block + 1} of ${expected.gradients.length} is off`;
    }
  }
  return null;
}

/**
 * Trains the reference of each network in TensorFlow.js and compares it with what is recorded.
 * @returns the first difference in a few words, null where all agree · @throws what TensorFlow.js throws
 */
export async function checkBackend(tf: TensorFlow, recorded = REFERENCES): Promise<string | null> {
  for (const network of NETWORKS) {
    const expected = recorded.get(network.name);
    const seen = measureReference(network, tensorLearner(tf, network, REFERENCE_METRICS));
    const wrong = expected === undefined ? "nothing is recorded" : compareReference(seen, expected);
    if (wrong !== null) {
      return `${network.name}: ${wrong}`;
    }
  }
  return null;
}
