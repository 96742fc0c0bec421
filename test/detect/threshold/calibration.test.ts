import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/detect/math/random.ts";
import { fitCalibration, scoreAt, surpriseOf } from "../../../src/detect/threshold/calibration.ts";
import { fitParetoTail } from "../../../src/detect/threshold/generalised-pareto.ts";

const random = seededRandom(4);
const exponential = Float64Array.from({ length: 20_000 }, () => -Math.log(1 - random()));

describe("fitCalibration", () => {
  const calibration = fitCalibration(exponential);

  it("knows the tail of an exponential far beyond what it has seen", () => {
    expect(surpriseOf(calibration, Math.log(1e4))).toBeCloseTo(4, 0);
    expect(surpriseOf(calibration, Math.log(2))).toBeCloseTo(Math.log10(2), 2);
  });

  it("never falls as the score rises, and scoreAt is its inverse", () => {
    const score = fc.double({ min: 0, max: 50, noNaN: true });
    fc.assert(
      fc.property(score, score, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        return surpriseOf(calibration, low) <= surpriseOf(calibration, high) + 1e-12;
      }),
    );
    for (const probability of [0.5, 0.1, 0.01, 1e-4, 1e-8]) {
      expect(surpriseOf(calibration, scoreAt(calibration, probability))).toBeCloseTo(-Math.log10(probability), 6);
    }
  });

  it("stays finite for scores that are all alike, none, or infinite", () => {
    expect(surpriseOf(fitCalibration([1, 1, 1]), 5)).toBeLessThanOrEqual(300);
    expect(Number.isFinite(surpriseOf(fitCalibration([]), 1))).toBe(true);
    expect(surpriseOf(calibration, Number.POSITIVE_INFINITY)).toBe(300);
    expect(surpriseOf(calibration, Number.NaN)).toBeNaN();
  });
});

describe("fitParetoTail", () => {
  it("tells a heavy tail from an exponential one", () => {
    const heavy = Float64Array.from({ length: 2000 }, () => (random() ** -0.5 - 1) / 0.5);
    expect(fitParetoTail(heavy).shape).toBeGreaterThan(0.3);
    expect(fitParetoTail(exponential.subarray(0, 2000)).shape).toBeLessThan(0.1);
  });
});
