import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { capped, combined, lowered, raised, SCALES, smooth } from "../../../../src/detect/models/ensemble/smoothed.ts";

const ones = new Float64Array(SCALES).fill(1);

/** A member's averages after these scores. */
function averagesAfter(scores: readonly number[]): Float64Array {
  const averages = new Float64Array(SCALES).fill(Number.NaN);
  for (const score of scores) {
    smooth(averages, 0, score);
  }
  return averages;
}

describe("smooth", () => {
  it("starts every average at the first score, and keeps the score itself as the shortest", () => {
    expect(Array.from(averagesAfter([3]))).toEqual([3, 3, 3, 3]);
    expect(averagesAfter([3, 8])[0]).toBe(8);
  });

  it("goes half the way in its half-life", () => {
    const averages = averagesAfter([0, ...Array<number>(40).fill(1)]);
    expect(averages[3]).toBeCloseTo(0.5, 12);
    expect(averages[2]).toBeCloseTo(1 - 0.5 ** (40 / 12), 12);
  });
});

describe("combined", () => {
  it("is 1 where every average is the usual, of any number of them", () => {
    for (const count of [1, 2, SCALES]) {
      expect(lowered(combined(Float64Array.of(2, 3, 4, 5), Float64Array.of(2, 3, 4, 5), 0, count))).toBeCloseTo(1, 12);
    }
  });

  it("leaves out the longest average where a member says so: a change is over when it is over", () => {
    const after = averagesAfter([...Array<number>(60).fill(10), ...Array<number>(60).fill(1)]);
    expect(lowered(combined(after, ones, 0, SCALES - 1))).toBeLessThan(1.2);
    expect(lowered(combined(after, ones, 0, SCALES))).toBeGreaterThan(1.6);
  });

  it("lies between the mean and the largest", () => {
    const ratio = fc.integer({ min: 0, max: 2000 }).map((percent) => percent / 100);
    void fc.assert(
      fc.property(fc.array(ratio, { minLength: SCALES, maxLength: SCALES }), (values) => {
        const found = lowered(combined(Float64Array.from(values), ones, 0, SCALES));
        const mean = values.reduce((sum, value) => sum + value / SCALES, 0);
        expect(found).toBeGreaterThanOrEqual(mean * (1 - 1e-12));
        expect(found).toBeLessThanOrEqual(Math.max(...values) * (1 + 1e-12));
      }),
    );
  });

  it("is undone by its inverse", () => {
    void fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (value) => {
        expect(lowered(raised(value))).toBeCloseTo(value, 6);
      }),
    );
  });
});

describe("capped", () => {
  it("lets a score count at most twenty times the usual", () => {
    expect(capped(5, 2)).toBe(5);
    expect(capped(1e9, 2)).toBe(40);
  });
});
