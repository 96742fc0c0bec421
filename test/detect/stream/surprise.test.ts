import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/detect/math/random.ts";
import { createRunningMean, createSteadied, createStreamSurprise } from "../../../src/detect/stream/surprise.ts";

const STEP = 1800;

/** Surprise of each of `rows` values, half an hour apart. */
function surprises(rows: number, valueAt: (row: number, noise: number) => number): number[] {
  const surprise = createStreamSurprise();
  const random = seededRandom(5);
  return Array.from({ length: rows }, (_, row) => surprise.push(valueAt(row, random()), row * STEP));
}
const daily = (row: number, noise: number) => 10 + 5 * Math.sin((2 * Math.PI * row) / 48) + noise;

describe("createStreamSurprise", () => {
  it("is about 0.3 for the ordinary, and bounded for what was never seen", () => {
    const said = surprises(1000, (row, noise) => (row === 900 ? 1e9 : daily(row, noise)));
    const ordinary = said.slice(500, 900);
    const mean = ordinary.reduce((sum, one) => sum + one, 0) / ordinary.length;
    expect(mean).toBeGreaterThan(0.2);
    expect(mean).toBeLessThan(0.6);
    expect(Math.max(...ordinary)).toBeLessThan(1.5);
    expect(said[900]).toBeGreaterThan(1.2);
    expect(said[901]).toBeLessThan(6);
  });

  it("is not startled when the time of day begins to count", () => {
    const said = surprises(48 * 6, daily);
    const dayFour = Math.max(...said.slice(48 * 3, 48 * 4));
    expect(dayFour).toBeLessThan(1.2);
  });

  it("sees an ordinary value at the wrong hour, and a metric that stands still", () => {
    const night = surprises(48 * 20 + 48, (row, noise) =>
      row >= 48 * 20 ? daily(row + 24, noise) : daily(row, noise),
    );
    const stuck = surprises(48 * 20 + 48, (row, noise) => (row >= 48 * 20 ? 10.5 : daily(row, noise)));
    const usual = Math.max(...night.slice(48 * 10, 48 * 20));
    expect(Math.max(...night.slice(48 * 20))).toBeGreaterThan(usual);
    expect(Math.max(...stuck.slice(48 * 20))).toBeGreaterThan(usual);
  });

  it("says nothing of a constant", () => {
    expect(Math.max(...surprises(400, () => 5))).toBeLessThan(0.1);
  });
});

describe("means", () => {
  it("run over the newest rows, and are steadied by half a row at a time", () => {
    const mean = createRunningMean(2);
    expect([1, 3, 5].map(mean)).toEqual([1, 2, 4]);
    const steadied = createSteadied(1);
    expect([4, 4, 0].map(steadied)).toEqual([2, 3, 1.5]);
  });
});
