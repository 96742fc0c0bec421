import type { Tensor, Tensor3D } from "@tensorflow/tfjs";
import type { TensorFlow } from "../../backend/prepare.ts";
import { adam } from "./adam.ts";
import type { Architecture } from "./architecture.ts";
import type { Learner } from "./learner.ts";
import type { WeightSpec } from "./weight-spec.ts";

/** A learner whose arithmetic is TensorFlow.js's, on any of its backends. */
export function tensorLearner(tf: TensorFlow, network: Architecture, metrics: number): Learner {
  const specs = network.weights(metrics);
  const weights = specs.map(({ shape }) => new Float32Array(shape.reduce((product, length) => product * length, 1)));
  const optimizer = adam(weights);
  const upload = () => weights.map((values, i) => tf.tensor(values, [...(specs[i] as WeightSpec).shape]));
  const asTensor = (windows: Float32Array, count: number): Tensor3D =>
    tf.tensor3d(windows, [count, network.span, metrics]);

  function gradients(shown: Float32Array, truth: Float32Array, count: number) {
    const tensors = tf.tidy(() => {
      const [input, expected] = [asTensor(shown, count), asTensor(truth, count)];
      const gradientOf = tf.valueAndGrads((...parameters: Tensor[]) => network.loss(tf, parameters, input, expected));
      const { value, grads } = gradientOf(upload());
      return [value, ...grads];
    });
    const [loss, ...slopes] = tensors.map((tensor) => tensor.dataSync() as Float32Array);
    tf.dispose(tensors);
    return { loss: (loss as Float32Array)[0] as number, gradients: slopes };
  }

  /** Runs one graph and copies its answer out. */
  function answerOf(graph: () => Tensor): Float32Array {
    const result = tf.tidy(graph);
    const answer = result.dataSync() as Float32Array;
    result.dispose();
    return answer;
  }

  return {
    engine: `TensorFlow.js ${tf.getBackend()}`,
    gradients,
    train(shown, truth, count, learningRate) {
      const { loss, gradients: slopes } = gradients(shown, truth, count);
      optimizer.step(slopes, learningRate);
      return loss;
    },
    loss: (truth, count) =>
      answerOf(() => {
        const windows = asTensor(truth, count);
        return network.loss(tf, upload(), windows, windows);
      })[0] as number,
    expected: (windows, count) => answerOf(() => network.expected(tf, upload(), asTensor(windows, count))),
    weights: () => weights.map((block) => block.slice()),
    write(values) {
      for (const [i, block] of weights.entries()) {
        block.set(values[i] as Float32Array);
      }
    },
    end: () => {},
  };
}
