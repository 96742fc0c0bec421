import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../../../detect/backend/prepare.ts";
import { seededRandom } from "../../../detect/math/random.ts";
import type { Architecture } from "../../../detect/models/network-core/architecture.ts";
import { type Activation, type DenseLayer, denseGraph, denseLayer } from "../../../detect/models/network-core/dense.ts";
import { reconstructionLoss } from "../../../detect/models/network-core/loss.ts";
import { openLearner } from "../../../detect/models/network-core/open-learner.ts";
import { trainNetwork } from "../../../detect/models/network-core/training.ts";
import { weightCount } from "../../../detect/models/network-core/weight-spec.ts";
import { stackProgram, stackWeights } from "../../../detect/models/program/dense-program.ts";
import type { ReferenceSet } from "../references.ts";
import { type Learnt, learntNumbers, type ShapeDetector } from "./detector.ts";
import { rootShape } from "./pca.ts";

const HIDDEN = [32, 6, 32] as const;
const ACTIVATIONS: readonly Activation[] = ["relu", "linear", "relu", "linear"];
const EPOCHS = 60;
/** No bin is steadier than this share of the steadiest scale: a bin that never moved must not decide alone. */
const SCALE_FLOOR = 1e-3;

/** Dense autoencoder over one histogram: B-32-6-32-B on standardised √shares. */
export const autoencoderDetector: ShapeDetector = {
  name: "autoencoder",
  description: "squared reconstruction error of a dense autoencoder (B-32-6-32-B)",
  learn: learnNetwork,
  open(learnt, { bins }) {
    const mean = learntNumbers(learnt, "mean", bins);
    const scale = learntNumbers(learnt, "scale", bins);
    const layers = layersOf(learnt, bins);
    return {
      score(counts) {
        const input = standardised(rootShape(counts), mean, scale);
        let rebuilt: Float32Array = input;
        for (const layer of layers) {
          rebuilt = layer(rebuilt);
        }
        let sum = 0;
        for (let bin = 0; bin < bins; bin++) {
          sum += ((input[bin] as number) - (rebuilt[bin] as number)) ** 2;
        }
        return sum / bins;
      },
    };
  },
};

const ARCHITECTURE: Architecture = {
  name: "dqm-autoencoder",
  description: autoencoderDetector.description,
  span: 1,
  batch: 64,
  fewestSteps: 10,
  learningRate: 0.002,
  weights: (bins) => stackWeights([bins, ...HIDDEN, bins]),
  loss: (tf, weights, shown, truth) =>
    reconstructionLoss(tf, tf.reshape(rebuild(tf, weights, shown), truth.shape) as Tensor3D, truth),
  expected: rebuild,
  stepper: (weights) => {
    const layers = denseLayers(weights);
    return { push: (row) => layers.reduce<Float32Array>((x, layer) => layer(x), row) };
  },
  program: (store, bins) => stackProgram(store, HIDDEN, ACTIVATIONS, 1, bins),
  rebuilds: true,
};

function rebuild(tf: TensorFlow, weights: readonly Tensor[], windows: Tensor3D): Tensor2D {
  const [batch, , bins] = windows.shape;
  let x = tf.reshape(windows, [batch, bins]) as Tensor2D;
  for (const [layer, activation] of ACTIVATIONS.entries()) {
    x = denseGraph(tf, x, weights[2 * layer] as Tensor, weights[2 * layer + 1] as Tensor, activation);
  }
  return x;
}

function denseLayers(weights: readonly Float32Array[]): readonly DenseLayer[] {
  return ACTIVATIONS.map((activation, layer) =>
    denseLayer(weights[2 * layer] as Float32Array, weights[2 * layer + 1] as Float32Array, activation),
  );
}

function layersOf(learnt: Learnt, bins: number): readonly DenseLayer[] {
  return denseLayers(
    ARCHITECTURE.weights(bins).map((spec) => Float32Array.from(learntNumbers(learnt, spec.name, weightCount(spec)))),
  );
}

async function learnNetwork({ bins, runs }: ReferenceSet, seed: number): Promise<Learnt> {
  const roots = runs.flatMap(({ sample }) => sample.map(rootShape));
  const { mean, scale } = scalerOf(roots, bins);
  const inputs = new Float32Array(roots.length * bins);
  // Newest lumisections last are what training stops by; a fixed shuffle makes that a sample of all runs.
  const order = shuffled(roots.length, seededRandom(seed));
  order.forEach((from, to) => {
    inputs.set(standardised(roots[from] as Float64Array, mean, scale), to * bins);
  });
  const data = { rows: roots.length, metrics: bins, inputs };
  const learner = await openLearner(ARCHITECTURE, bins);
  let weights: Float32Array[];
  try {
    weights = await trainNetwork(learner, ARCHITECTURE, data, { epochs: EPOCHS, random: seededRandom(seed) });
  } finally {
    learner.end();
  }
  const named = ARCHITECTURE.weights(bins).map((spec, at) => [spec.name, [...(weights[at] as Float32Array)]] as const);
  return { mean: [...mean], scale: [...scale], ...Object.fromEntries(named) };
}

function scalerOf(roots: readonly Float64Array[], bins: number): { mean: Float64Array; scale: Float64Array } {
  const mean = new Float64Array(bins);
  const scale = new Float64Array(bins);
  for (const root of roots) {
    for (let bin = 0; bin < bins; bin++) {
      mean[bin] = (mean[bin] as number) + (root[bin] as number) / roots.length;
    }
  }
  for (const root of roots) {
    for (let bin = 0; bin < bins; bin++) {
      scale[bin] = (scale[bin] as number) + ((root[bin] as number) - (mean[bin] as number)) ** 2 / roots.length;
    }
  }
  return { mean, scale: scale.map((variance) => Math.max(Math.sqrt(variance), SCALE_FLOOR)) };
}

function standardised(root: Float64Array, mean: Float64Array, scale: Float64Array): Float32Array {
  const result = new Float32Array(root.length);
  for (let bin = 0; bin < result.length; bin++) {
    result[bin] = ((root[bin] as number) - (mean[bin] as number)) / (scale[bin] as number);
  }
  return result;
}

function shuffled(size: number, random: () => number): readonly number[] {
  return Array.from({ length: size }, (_, index) => ({ index, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ index }) => index);
}
