import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/detect/math/random.ts";
import { denseLayer } from "../../../src/detect/models/network-core/dense.ts";
import { ROUND, simdMemory } from "../../../src/detect/models/network-core/simd.ts";

const random = seededRandom(5);
const numbers = (count: number) => Float32Array.from({ length: count }, () => random() - 0.5);

describe("simdMemory", () => {
  it("gives the sum of products", () => {
    const memory = simdMemory();
    const [a, b] = [numbers(3 * ROUND), numbers(3 * ROUND)];
    const at = memory.reserve(a.length);
    const to = memory.reserve(b.length);
    memory.values().set(a, at);
    memory.values().set(b, to);
    const expected = a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
    expect(memory.dot(at, to, a.length)).toBeCloseTo(expected, 5);
    expect(memory.dot(at, to, ROUND)).toBeCloseTo(
      a.subarray(0, ROUND).reduce((sum, value, i) => sum + value * (b[i] as number), 0),
      5,
    );
  });

  it("grows, keeps what is there, and gives released room again, emptied", () => {
    const memory = simdMemory();
    const first = memory.reserve(ROUND);
    memory.values().fill(7, first, first + ROUND);
    const large = memory.reserve(100_000 - (100_000 % ROUND));
    expect(memory.values()[first]).toBe(7);
    expect(memory.values()[large]).toBe(0);
    memory.release(first, ROUND);
    expect(memory.reserve(ROUND)).toBe(first);
    expect(memory.values()[first]).toBe(0);
    expect(memory.reserve(ROUND)).toBeGreaterThan(large);
  });

  it("says so when there is no more room", () => {
    expect(() => simdMemory().reserve(2 ** 31)).toThrow(RangeError);
  });
});

describe("denseLayer", () => {
  it.each([
    ["few weights, in plain JavaScript", 13, 7, 0],
    ["many weights, by vectors, from one output on", 333, 57, 20],
  ])("is activation(x · kernel + bias) with %s", (_name, inputs, outputs, keepFrom) => {
    const kernel = numbers(inputs * outputs);
    const bias = numbers(outputs);
    const input = numbers(inputs + 3);
    const layer = denseLayer(kernel, bias, "relu", keepFrom);
    const expected = Array.from({ length: outputs - keepFrom }, (_, k) => {
      const o = keepFrom + k;
      let sum = bias[o] as number;
      for (let i = 0; i < inputs; i++) {
        sum += (kernel[i * outputs + o] as number) * (input[3 + i] as number);
      }
      return Math.max(sum, 0);
    });
    const found = layer(input, 3);
    expected.forEach((value, k) => {
      expect(found[k]).toBeCloseTo(value, 4);
    });
    expect(denseLayer(kernel, bias, "relu", keepFrom)(input, 3)).toEqual(found);
  });
});
