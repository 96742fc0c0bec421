/**
 * Adam (Kingma and Ba 2015) on typed arrays, so that a step is the same on every backend and the weights stay where
 * scoring needs them.
 */
export interface Adam {
  /** Moves the weights against their gradients, in place. */
  step(gradients: readonly Float32Array[], learningRate: number): void;
}

const DECAY_1 = 0.9;
const DECAY_2 = 0.999;
const EPSILON = 1e-7;

export function adam(weights: readonly Float32Array[]): Adam {
  const first = weights.map((w) => new Float32Array(w.length));
  const second = weights.map((w) => new Float32Array(w.length));
  let steps = 0;
  return {
    step(gradients, learningRate) {
      steps++;
      const rate = (learningRate * Math.sqrt(1 - DECAY_2 ** steps)) / (1 - DECAY_1 ** steps);
      for (const [at, w] of weights.entries()) {
        const g = gradients[at] as Float32Array;
        const m = first[at] as Float32Array;
        const v = second[at] as Float32Array;
        for (let i = 0; i < w.length; i++) {
          const slope = g[i] as number;
          const mean = DECAY_1 * (m[i] as number) + (1 - DECAY_1) * slope;
          const square = DECAY_2 * (v[i] as number) + (1 - DECAY_2) * slope * slope;
          m[i] = mean;
          v[i] = square;
          w[i] = (w[i] as number) - (rate * mean) / (Math.sqrt(square) + EPSILON);
        }
      }
    },
  };
}
