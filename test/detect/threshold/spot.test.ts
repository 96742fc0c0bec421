import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/detect/math/random.ts";
import { fitCalibration, fitTail, scoreAt, surpriseOf, tailStart } from "../../../src/detect/threshold/calibration.ts";
import { fitParetoTail } from "../../../src/detect/threshold/generalised-pareto.ts";
import { createSpot, type Spot } from "../../../src/detect/threshold/spot.ts";

function normals(count: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return radius * Math.cos(2 * Math.PI * random());
  });
}

function exponentials(count: number, seed: number, scale = 1): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: count }, () => -scale * Math.log(1 - random()));
}

/** As the paper's loop: what is over the threshold is an alarm, the rest teaches. */
function run(spot: Spot, scores: Iterable<number>, risk: number): { alarms: number; fits: number } {
  let [alarms, fits] = [0, 0];
  for (const score of scores) {
    if (score > scoreAt(spot.calibration, risk)) {
      alarms++;
    } else if (spot.learn(score)) {
      fits++;
    }
  }
  return { alarms, fits };
}

function teach(spot: Spot, scores: Iterable<number>): void {
  for (const score of scores) {
    spot.learn(score);
  }
}

describe("createSpot", () => {
  it("finds the extreme quantile of Gaussian noise and alarms about as often as asked", () => {
    const risk = 1e-3;
    const spot = createSpot(fitCalibration(normals(1000, 1)));
    const { alarms } = run(spot, normals(30_000, 2), risk);
    // The quantile of the standard normal distribution at 1 − 1e-3.
    expect(Math.abs(scoreAt(spot.calibration, risk) / 3.0902 - 1)).toBeLessThan(0.08);
    expect(alarms).toBeGreaterThan(8);
    expect(alarms).toBeLessThan(60);
  });

  it("learns a heavier tail than training knew, where a tail fitted once keeps alarming", () => {
    const risk = 1e-4;
    const trained = fitCalibration(exponentials(2000, 3));
    // The same up to the start of the tail, three times as long above it.
    const start = tailStart(trained);
    const later = exponentials(20_000, 4).map((score) => (score > start ? start + 3 * (score - start) : score));
    const fixed = later.filter((score) => score > scoreAt(trained, risk)).length;
    const { alarms } = run(createSpot(trained), later, risk);
    expect(fixed).toBeGreaterThan(60);
    expect(alarms).toBeLessThan(fixed / 5);
  });

  it("keeps the share of scores in the tail, too", () => {
    const trained = fitCalibration(exponentials(5000, 5));
    const spot = createSpot(trained);
    // Twice as many above the start: scores are multiplied so that they are.
    const grown = Math.log(0.02) / Math.log(0.04);
    run(spot, exponentials(20_000, 6, grown), 1e-5);
    expect(spot.calibration.tailShare).toBeGreaterThan(0.03);
    expect(spot.calibration.tailShare).toBeLessThan(0.06);
    const below = scoreAt(spot.calibration, 0.5);
    expect(surpriseOf(spot.calibration, below)).toBeCloseTo(-Math.log10(0.5), 6);
  });

  it("has the tail that its newest peaks give when they are fitted at once", () => {
    const trained = fitCalibration(exponentials(3000, 7));
    const start = tailStart(trained);
    const spot = createSpot(trained);
    const scores = [...exponentials(40_000, 8)].filter((score) => score < start + 8);
    teach(spot, scores);
    // Peaks more than ten points apart are fitted at once; the last ones here are.
    const spread = Array.from({ length: 20 }, () => 0);
    teach(spot, [...spread, start + 1]);
    const peaks = [...scores, start + 1].filter((score) => score > start).map((score) => score - start);
    const batch = fitTail(peaks.slice(-200), start);
    expect(spot.calibration.tail.scale).toBeCloseTo(batch.scale, 4);
    expect(spot.calibration.tail.shape).toBeCloseTo(batch.shape, 4);
  });

  it("goes on from its saved state as if it had not stopped", () => {
    const trained = fitCalibration(exponentials(2000, 9));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 1, max: 1e6 }), (cut, seed) => {
        const scores = exponentials(2000, seed, 1.3);
        const whole = createSpot(trained);
        const before = createSpot(trained);
        teach(whole, scores);
        teach(before, scores.subarray(0, cut));
        const after = createSpot(trained, JSON.parse(JSON.stringify(before.state())));
        teach(after, scores.subarray(cut));
        expect(after.state()).toEqual(whole.state());
        expect(after.calibration).toEqual(whole.calibration);
      }),
      { numRuns: 20 },
    );
  });

  it("stays bounded and cheap when every score is a peak", () => {
    const spot = createSpot(fitCalibration(new Float64Array(500).fill(1)));
    const { fits } = run(
      spot,
      exponentials(3000, 10).map((score) => 1.0001 + score / 1e9),
      1e-9,
    );
    expect(spot.state().peaks.length).toBeLessThanOrEqual(200);
    expect(spot.state().gaps.length).toBe(spot.state().peaks.length);
    expect(fits).toBeLessThanOrEqual(300);
  });

  it("leaves training's tail alone until twenty peaks are known, and takes nothing from what is not finite", () => {
    const trained = fitCalibration(exponentials(300, 11));
    expect(trained.peaks.length).toBeLessThan(10);
    const spot = createSpot(trained);
    for (let i = 0; i < 5; i++) {
      expect(spot.learn(tailStart(trained) + 1 + i)).toBe(false);
    }
    expect(spot.learn(Number.NaN)).toBe(false);
    expect(spot.learn(Number.POSITIVE_INFINITY)).toBe(false);
    expect(spot.calibration).toBe(trained);
  });
});

describe("fitParetoTail", () => {
  it("without a prior is the maximum of the likelihood, as a search of all shapes and scales finds it", () => {
    const random = seededRandom(12);
    for (const shape of [0.1, 0.4, 0.8]) {
      const excesses = Float64Array.from({ length: 300 }, () => (2 * ((1 - random()) ** -shape - 1)) / shape);
      const found = fitParetoTail(excesses, 0);
      const best = bruteForce(excesses);
      expect(likelihood(excesses, found.shape, found.scale)).toBeGreaterThanOrEqual(best.likelihood - 1e-6);
      expect(Math.abs(found.shape - best.shape)).toBeLessThan(0.03);
      expect(Math.abs(found.scale / best.scale - 1)).toBeLessThan(0.06);
    }
  });

  it("is exponential where the tail is lighter than that, empty, or all zero", () => {
    const even = Float64Array.from({ length: 100 }, (_, i) => i / 100);
    expect(fitParetoTail(even, 0)).toEqual({ shape: 0, scale: expect.closeTo(0.495, 6) });
    expect(fitParetoTail([]).shape).toBe(0);
    expect(fitParetoTail([0, 0]).scale).toBeGreaterThan(0);
  });
});

function likelihood(excesses: Float64Array, shape: number, scale: number): number {
  const logs = excesses.reduce((sum, x) => sum + Math.log1p((shape * x) / scale), 0);
  return -excesses.length * Math.log(scale) - (1 + 1 / shape) * logs;
}

function bruteForce(excesses: Float64Array) {
  let best = { shape: 0, scale: 0, likelihood: Number.NEGATIVE_INFINITY };
  for (let shape = 0.01; shape <= 1; shape += 0.02) {
    for (let scale = 0.5; scale < 6; scale += 0.04) {
      const found = likelihood(excesses, shape, scale);
      best = found > best.likelihood ? { shape, scale, likelihood: found } : best;
    }
  }
  return best;
}
