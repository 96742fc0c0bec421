import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/detect/math/random.ts";
import { followLevel, startLevel } from "../../../src/detect/threshold/level.ts";

const RULE = { start: 2, follow: 43_200, step: 60 };

/** The level after scores a minute apart. */
function levelAfter(scores: readonly number[], times = scores.map((_, i) => i * 60)): number {
  const end = scores.reduce((level, score, i) => followLevel(level, score, times[i] as number, RULE), startLevel(RULE));
  return Math.exp(end.log);
}

const day = (scoreAt: (minute: number) => number, minutes = 1440) =>
  Array.from({ length: minutes }, (_, i) => scoreAt(i));

describe("followLevel", () => {
  it("starts at history's level and settles where nine of ten scores stay below", () => {
    expect(Math.exp(startLevel(RULE).log)).toBeCloseTo(2, 12);
    const random = seededRandom(1);
    expect(levelAfter(day(() => 10 * random(), 40_000))).toBeGreaterThan(8);
    expect(levelAfter(day(() => 10 * random(), 40_000))).toBeLessThan(10);
  });

  it("forgives a drift within a day, but not a burst", () => {
    expect(levelAfter(day(() => 8))).toBeGreaterThan(7.5);
    expect(levelAfter(day(() => 1000, 30))).toBeLessThan(2.2);
  });

  it("rises by no more than e in the time it is given, however high the scores", () => {
    expect(levelAfter(day(() => 1e9, 720))).toBeLessThan(2 * Math.E);
  });

  it("never falls below half of history's", () => {
    expect(levelAfter(day(() => 0, 20_000))).toBeCloseTo(1, 12);
  });

  it("takes a long gap for ten steps, and times that go back for none", () => {
    const gap = levelAfter([1000, 1000], [0, 30 * 86_400]);
    expect(gap).toBeCloseTo(2 * Math.exp((0.9 * 11 * 60) / 43_200), 9);
    expect(levelAfter([1000, 1000], [60, 0])).toBeCloseTo(2 * Math.exp((0.9 * 60) / 43_200), 9);
  });
});
