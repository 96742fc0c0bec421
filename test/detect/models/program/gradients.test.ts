import { describe, expect, it, vi } from "vitest";
import { loadWasm } from "../../../../src/detect/backend/wasm.ts";
import { seededRandom } from "../../../../src/detect/math/random.ts";
import type { Architecture } from "../../../../src/detect/models/network-core/architecture.ts";
import type { Learner } from "../../../../src/detect/models/network-core/learner.ts";
import { tensorLearner } from "../../../../src/detect/models/network-core/tensor-learner.ts";
import { startWeights } from "../../../../src/detect/models/network-core/training.ts";
import { architectures } from "../../../../src/detect/models/networks.ts";
import { programLearner } from "../../../../src/detect/models/program/learner.ts";
import { borrowKernels, type Kernels } from "../../../../src/detect/simd/kernels.ts";

// Graphs of TensorFlow.js in several shapes: long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

function learners(network: Architecture, metrics: number): Promise<[Learner, Learner]> {
  return loadWasm().then(async (tf) => {
    await tf.setBackend("wasm");
    return [tensorLearner(tf, network, metrics), programLearner(borrowKernels() as Kernels, network, metrics)];
  });
}

function windowsOf(network: Architecture, metrics: number, count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count * network.span * metrics }, () => random() * 4 - 2);
}

/** Largest difference as a part of the largest value. */
function difference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  const scale = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0) / scale;
}

const named = architectures.map((network): [string, Architecture] => [network.name, network]);

describe.each(named)("the program of %s", (_, network) => {
  // A whole pass, more than one, a part of one; widths that fill vectors and that do not.
  it.each([
    [3, 128],
    [1, 5],
    [4, 70],
    [7, 33],
  ])("has the loss, gradients and answers of the graph with %i metrics and %i windows", async (metrics, count) => {
    const [graph, program] = await learners(network, metrics);
    const weights = startWeights(network.weights(metrics), seededRandom(metrics));
    for (const block of weights) {
      // Biases start at zero, where a rectifier's slope is a matter of taste.
      block.forEach((value, i) => {
        block[i] = value + 0.05 * Math.sin(i + 1);
      });
    }
    const truth = windowsOf(network, metrics, count, 1);
    const shown = windowsOf(network, metrics, count, 2);
    for (const learner of [graph, program]) {
      learner.write(weights);
    }
    expect(program.loss(truth, count)).toBeCloseTo(graph.loss(truth, count), 4);
    expect(difference(graph.expected(truth, count), program.expected(truth, count))).toBeLessThan(1e-4);
    const expected = graph.gradients(shown, truth, count);
    const found = program.gradients(shown, truth, count);
    expect(found.loss).toBeCloseTo(expected.loss, 4);
    for (const [block, gradient] of expected.gradients.entries()) {
      expect(difference(gradient, found.gradients[block] as Float32Array)).toBeLessThan(2e-4);
    }
    program.end();
  });

  it("makes the same steps, and the same again", async () => {
    const [graph, program] = await learners(network, 3);
    const weights = startWeights(network.weights(3), seededRandom(5));
    const again = programLearner(borrowKernels() as Kernels, network, 3);
    const losses = [graph, program, again].map((learner) => {
      learner.write(weights);
      return Array.from({ length: 4 }, (__, step) => {
        const windows = windowsOf(network, 3, 40, step);
        return learner.train(windows, windows, 40, network.learningRate);
      });
    });
    losses[0]?.forEach((loss, step) => {
      expect(losses[1]?.[step]).toBeCloseTo(loss, 3);
    });
    expect(again.weights()).toEqual(program.weights());
    expect(losses[2]).toEqual(losses[1]);
    program.end();
    again.end();
  });
});
