import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { TensorFlow } from "../../../src/detect/backend/tensor-flow.ts";
import { loadWasm } from "../../../src/detect/backend/wasm.ts";
import { lstmGraph, repeatedLstmGraph } from "../../../src/detect/models/network-core/lstm.ts";
import { numbers } from "../backend/on-both.ts";

// Many shapes in one test: long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

/** The cell in its plainest form, differentiated by TensorFlow.js's own tape. */
function plainLstm(tf: TensorFlow, rows: Tensor2D[], [kernel, recurrent, bias]: readonly Tensor[]): Tensor {
  const units = (recurrent as Tensor).shape[0] as number;
  const batch = (rows[0] as Tensor2D).shape[0];
  let hidden: Tensor = tf.zeros([batch, units]);
  let cell: Tensor = tf.zeros([batch, units]);
  const states = rows.map((row) => {
    const sums = tf.addN([row.matMul(kernel as Tensor2D), hidden.matMul(recurrent as Tensor2D)]).add(bias as Tensor);
    const [i, f, o, g] = tf.split(sums, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
    cell = f.add(1).sigmoid().mul(cell).add(i.sigmoid().mul(g.tanh()));
    hidden = o.sigmoid().mul(cell.tanh());
    return hidden;
  });
  return tf.stack(states);
}

function largestDifference(a: Tensor, b: Tensor): number {
  return a.sub(b).abs().max().dataSync()[0] as number;
}

const drawn = fc.record({
  batch: fc.integer({ min: 1, max: 4 }),
  steps: fc.integer({ min: 2, max: 7 }),
  inputs: fc.integer({ min: 1, max: 4 }),
  units: fc.integer({ min: 1, max: 5 }),
});

describe("the LSTM over whole sequences", () => {
  it("has the values and gradients of the cell unrolled step by step", async () => {
    const tf = await loadWasm();
    await tf.setBackend("wasm");
    fc.assert(
      fc.property(drawn, ({ batch, steps, inputs, units }) => {
        tf.tidy(() => {
          const shapes = [[batch, steps, inputs], [inputs, 4 * units], [units, 4 * units], [4 * units]];
          const values = shapes.map((shape, i) => tf.tensor(numbers(shape, i), shape));
          const whole = (x: Tensor, ...w: Tensor[]) => lstmGraph(tf, x as Tensor3D, w).square();
          const plain = (x: Tensor, ...w: Tensor[]) => plainLstm(tf, tf.unstack(x, 1) as Tensor2D[], w).square();
          expect(largestDifference(whole(...(values as [Tensor])), plain(...(values as [Tensor])))).toBeLessThan(1e-5);
          const expected = tf.grads(plain)(values);
          for (const [i, gradient] of tf.grads(whole)(values).entries()) {
            expect(largestDifference(gradient, expected[i] as Tensor)).toBeLessThan(1e-4);
          }
        });
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  it("has them for one input repeated at every step", async () => {
    const tf = await loadWasm();
    await tf.setBackend("wasm");
    fc.assert(
      fc.property(drawn, ({ batch, steps, inputs, units }) => {
        tf.tidy(() => {
          const shapes = [[batch, inputs], [inputs, 4 * units], [units, 4 * units], [4 * units]];
          const values = shapes.map((shape, i) => tf.tensor(numbers(shape, i), shape));
          const whole = (x: Tensor, ...w: Tensor[]) => repeatedLstmGraph(tf, x as Tensor2D, steps, w).square();
          const plain = (x: Tensor, ...w: Tensor[]) =>
            plainLstm(
              tf,
              Array.from({ length: steps }, () => x as Tensor2D),
              w,
            ).square();
          const expected = tf.grads(plain)(values);
          for (const [i, gradient] of tf.grads(whole)(values).entries()) {
            expect(largestDifference(gradient, expected[i] as Tensor)).toBeLessThan(1e-4);
          }
        });
      }),
      { numRuns: 25, seed: 2 },
    );
  });
});
