import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitRange, stitch } from "../../src/prometheus/split.ts";

const series = (pod: string, ...times: number[]) => ({
  labels: { pod },
  times: Float64Array.from(times),
  values: Float64Array.from(times),
});

describe("splitRange", () => {
  it("covers every point of the grid exactly once, never more than the limit a part", () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 700 }),
        (span, step, most) => {
          const parts = splitRange(1000, 1000 + span, step, most);
          const points = parts.flatMap(({ from, to }) =>
            Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step),
          );
          expect(points).toEqual(
            Array.from({ length: Math.floor(span / step) + 1 }, (_, index) => 1000 + index * step),
          );
          expect(parts.every(({ from, to }) => (to - from) / step < most)).toBe(true);
        },
      ),
    );
  });

  it("refuses an end before the begin and a step of 0", () => {
    expect(() => splitRange(10, 0, 1)).toThrow(RangeError);
    expect(() => splitRange(0, 10, 0)).toThrow(RangeError);
  });
});

describe("stitch", () => {
  it("joins by labels, also when a series comes late or goes", () => {
    const joined = stitch([[series("a", 1, 2)], [series("b", 3), series("a", 3)], [series("b", 4)]]);
    expect(joined.map(({ labels, times }) => [labels["pod"], [...times]])).toEqual([
      ["a", [1, 2, 3]],
      ["b", [3, 4]],
    ]);
  });
});
