import type { Tensor3D } from "@tensorflow/tfjs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { loadWasm } from "../../../src/detect/backend/wasm.ts";
import { seededRandom } from "../../../src/detect/math/random.ts";
import type { Architecture } from "../../../src/detect/models/network-core/architecture.ts";
import { weightCount } from "../../../src/detect/models/network-core/weight-spec.ts";
import { architectures } from "../../../src/detect/models/networks.ts";

// Many shapes in one test: long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

function randomWeights(network: Architecture, metrics: number, seed: number): Float32Array[] {
  const random = seededRandom(seed);
  return network.weights(metrics).map((spec) => {
    const reach = spec.fan === null ? 0.2 : Math.sqrt(6 / (spec.fan[0] + spec.fan[1]));
    return Float32Array.from({ length: weightCount(spec) }, () => (random() * 2 - 1) * reach);
  });
}

describe.each(architectures.map((network): [string, Architecture] => [network.name, network]))("%s", (_, network) => {
  it("expects, row by row, what its graph in TensorFlow.js expects of the whole window, to 1e-5", async () => {
    const tf = await loadWasm();
    await tf.setBackend("wasm");
    const drawn = fc.record({ metrics: fc.integer({ min: 1, max: 7 }), seed: fc.nat(1000), more: fc.nat(90) });
    fc.assert(
      fc.property(drawn, ({ metrics, seed, more }) => {
        const weights = randomWeights(network, metrics, seed);
        const random = seededRandom(seed + 1);
        const rows = network.span + more;
        const values = Float32Array.from({ length: rows * metrics }, () => random() * 6 - 3);
        const stepper = network.stepper(weights, metrics, 0);
        let expected: Float32Array = new Float32Array();
        for (let row = 0; row < rows; row++) {
          expected = stepper.push(values.subarray(row * metrics, (row + 1) * metrics));
        }
        const whole = tf.tidy(() => {
          const parameters = network
            .weights(metrics)
            .map((spec, i) => tf.tensor(weights[i] as Float32Array, [...spec.shape]));
          const context = network.context?.(rows) ?? network.span;
          const window = values.slice((rows - context) * metrics);
          const input: Tensor3D = tf.tensor3d(window, [1, context, metrics]);
          return network.expected(tf, parameters, input);
        });
        const answer = whole.dataSync();
        whole.dispose();
        expect(expected).toHaveLength(metrics);
        for (const [i, value] of answer.entries()) {
          expect(Math.abs((expected[i] as number) - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
        }
      }),
      { numRuns: 12, seed: 3 },
    );
  });
});
