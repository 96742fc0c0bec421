import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/detect/math/random.ts";
import { followLevel, startLevel } from "../../../src/detect/threshold/level.ts";

const RULE = { start: 2, middle: 1, follow: 43_200, step: 60 };

/** The level after scores a minute apart. */
function levelAfter(scores: readonly number[], times = scores.map((_, i) => i * 60), rule = RULE): number {
  const end = scores.reduce((level, score, i) => followLevel(level, score, times[i] as number, rule), startLevel(rule));
  return Math.exp(end.log);
}

const day = (scoreAt: (minute: number) => number, minutes = 1440) =>
  Array.from({ length: minutes }, (_, i) => scoreAt(i));

describe("followLevel", () => {
  it("starts at history's level and stays as far above the median as that was", () => {
    expect(Math.exp(startLevel(RULE).log)).toBeCloseTo(2, 12);
    const random = seededRandom(1);
    const settled = levelAfter(day(() => 10 * random(), 40_000));
    expect(settled).toBeGreaterThan(9.5);
    expect(settled).toBeLessThan(10.5);
  });

  it("forgives a drift within a day, but not a burst", () => {
    expect(levelAfter(day(() => 4))).toBeGreaterThan(7.5);
    expect(levelAfter(day(() => 1000, 30))).toBeLessThan(2.2);
  });

  it("is back where it was as long after an incident as that lasted", () => {
    const incident = day((minute) => (minute < 300 ? 50 : 0.9), 600);
    expect(levelAfter(incident.slice(0, 300))).toBeGreaterThan(2.9);
    expect(levelAfter(incident)).toBeCloseTo(2, 1);
  });

  it("does not rise while most scores are ordinary, however high the others", () => {
    expect(levelAfter(day((minute) => (minute % 5 < 2 ? 1000 : 0.5), 10_000))).toBeLessThan(2.1);
  });

  it("rises by no more than e in the time it is given, however high the scores", () => {
    expect(levelAfter(day(() => 1e9, 720))).toBeLessThan(2.001 * Math.E);
  });

  it("never falls below half of history's", () => {
    expect(levelAfter(day(() => 0, 20_000))).toBeCloseTo(1, 12);
  });

  it("takes a long gap for ten steps, and times that go back for none", () => {
    const gap = levelAfter([1000, 1000], [0, 30 * 86_400]);
    expect(gap).toBeCloseTo(2 * Math.exp((11 * 60) / 43_200), 9);
    expect(levelAfter([1000, 1000], [60, 0])).toBeCloseTo(2 * Math.exp(60 / 43_200), 9);
  });
});
