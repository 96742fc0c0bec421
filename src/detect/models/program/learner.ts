import type { Kernels } from "../../simd/kernels.ts";
import { returnKernels } from "../../simd/kernels.ts";
import type { Architecture } from "../network-core/architecture.ts";
import type { Learner } from "../network-core/learner.ts";
import type { Program } from "./program.ts";
import { weightStore } from "./weight-store.ts";

/** What of an error counts how much: the mean over all rows, where the network rebuilds them, and over the newest. */
interface Weighing {
  readonly every: number;
  readonly newest: number;
}

class ProgramLearner implements Learner {
  readonly engine = "vectors";
  readonly #network: Architecture;
  readonly #metrics: number;
  readonly #program: Program;
  readonly #kernels: Kernels;
  /** Copies of weights in the layers are those of the weights now. */
  #prepared = false;

  constructor(kernels: Kernels, network: Architecture, metrics: number) {
    this.#network = network;
    this.#metrics = metrics;
    this.#kernels = kernels;
    this.#program = network.program(weightStore(kernels, network.weights(metrics)), metrics);
  }

  write(weights: readonly Float32Array[]): void {
    this.#program.store.write(weights);
    this.#prepared = false;
  }

  weights(): Float32Array[] {
    return this.#program.store.read();
  }

  train(shown: Float32Array, truth: Float32Array, count: number, learningRate: number): number {
    const loss = this.#backward(shown, truth, count);
    this.#program.store.step(learningRate);
    this.#prepared = false;
    return loss;
  }

  gradients(shown: Float32Array, truth: Float32Array, count: number) {
    const loss = this.#backward(shown, truth, count);
    return { loss, gradients: this.#program.store.readGradients() };
  }

  loss(truth: Float32Array, count: number): number {
    let loss = 0;
    this.#inPasses(truth, count, (from, size) => {
      loss += this.#compare(truth, from, size, count, false);
    });
    return loss;
  }

  expected(windows: Float32Array, count: number): Float32Array {
    const { at, windowStep, rowStep } = this.#program.answers;
    const newest = at + (this.#network.span - 1) * rowStep;
    const expected = new Float32Array(count * this.#metrics);
    this.#inPasses(windows, count, (from, size) => {
      const values = this.#kernels.values();
      for (let window = 0; window < size; window++) {
        const answer = newest + window * windowStep;
        expected.set(values.subarray(answer, answer + this.#metrics), (from + window) * this.#metrics);
      }
    });
    return expected;
  }

  end(): void {
    returnKernels(this.#kernels);
  }

  #backward(shown: Float32Array, truth: Float32Array, count: number): number {
    this.#program.store.clearGradients();
    let loss = 0;
    this.#inPasses(shown, count, (from, size) => {
      loss += this.#compare(truth, from, size, count, true);
      this.#program.backward(size);
    });
    return loss;
  }

  /** Runs the program over the windows, as many at a time as it takes. */
  #inPasses(windows: Float32Array, count: number, then: (from: number, size: number) => void): void {
    if (!this.#prepared) {
      this.#program.prepare();
      this.#prepared = true;
    }
    const length = this.#network.span * this.#metrics;
    for (let from = 0; from < count; from += this.#program.windows) {
      const size = Math.min(this.#program.windows, count - from);
      this.#kernels.values().set(windows.subarray(from * length, (from + size) * length), this.#program.input);
      this.#program.forward(size);
      then(from, size);
    }
  }

  #weighing(count: number): Weighing {
    const newest = 1 / (count * this.#metrics);
    return { every: this.#network.rebuilds ? newest / this.#network.span : 0, newest };
  }

  /** The part of these windows in the loss of all `count`, and, where it is wanted, the gradient of the answers. */
  #compare(truth: Float32Array, from: number, size: number, count: number, graded: boolean): number {
    const { span } = this.#network;
    const values = this.#kernels.values();
    const { answers } = this.#program;
    const { every, newest } = this.#weighing(count);
    if (graded && size < this.#program.windows) {
      values.fill(0, answers.lowest, answers.lowest + answers.size);
    }
    let loss = 0;
    for (let window = 0; window < size; window++) {
      for (let row = answers.first; row < span; row++) {
        const share = row === span - 1 ? every + newest : every;
        const offset = window * answers.windowStep + row * answers.rowStep;
        const own = ((from + window) * span + row) * this.#metrics;
        for (let metric = 0; metric < this.#metrics; metric++) {
          const error = (values[answers.at + offset + metric] as number) - (truth[own + metric] as number);
          loss += share * error * error;
          if (graded) {
            values[answers.gradient + offset + metric] = 2 * share * error;
          }
        }
      }
    }
    return loss;
  }
}

/** A learner whose arithmetic is that of the vector kernels; it owns them until its end. */
export function programLearner(kernels: Kernels, network: Architecture, metrics: number): Learner {
  return new ProgramLearner(kernels, network, metrics);
}
