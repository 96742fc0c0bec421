import { describe, expect, it } from "vitest";
import { nabScore, nabScoreAt, probationOf } from "../../../src/evaluate/measures/nab.ts";

const sigmoid = (x: number) => 2 / (1 + Math.exp(5 * x)) - 1;
const file = (hot: readonly number[], rows = 1000) => ({
  scores: Array.from({ length: rows }, (_, i) => (hot.includes(i) ? 1 : 0)),
  windows: [{ from: 400, to: 499 }],
});

describe("nabScore", () => {
  it("is 100 for a detection at the start of each window and nothing else", () => {
    expect(nabScore([file([400])])).toEqual({ score: 100, threshold: 1 });
  });

  it("is 0 for a detector that never speaks", () => {
    expect(nabScore([file([])]).score).toBe(0);
  });

  it("gives less for a late detection, by the scaled sigmoid", () => {
    const worth = sigmoid(-50 / 100) / sigmoid(-1);
    expect(nabScore([file([450, 460])]).score).toBeCloseTo((100 * (worth + 1)) / 2, 10);
  });

  it("takes off for false detections before, soon after, and long after a window", () => {
    const minus = (x: number) => (100 * (2 + 0.11 * x)) / 2;
    expect(nabScore([file([400, 200])]).score).toBeCloseTo(minus(-1), 10);
    expect(nabScore([file([400, 520])]).score).toBeCloseTo(minus(sigmoid(21 / 99)), 10);
    expect(nabScore([file([400, 900])]).score).toBeCloseTo(minus(-1), 10);
  });

  it("does not count the probation", () => {
    expect(probationOf(1000)).toBe(150);
    expect(probationOf(20_000)).toBe(750);
    expect(nabScore([file([400, 10])]).score).toBe(100);
  });

  it("judges a given threshold as the best one when it is that, and less well when it is not", () => {
    const files = [file([400, 450]), file([410])];
    expect(nabScoreAt(files, 1)).toBeCloseTo(nabScore(files).score, 10);
    expect(nabScoreAt(files, 2)).toBe(0);
    expect(nabScoreAt(files, 0)).toBeLessThan(0);
    expect(nabScoreAt([], 1)).toBeNaN();
  });
});
