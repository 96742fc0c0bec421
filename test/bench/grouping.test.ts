import { describe, expect, it } from "vitest";
import { measureGrouping } from "../../bench/measures/grouping.ts";
import { poissonTail } from "../../src/intelligence/grouping/poisson.ts";

const judged = (pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([incident, group], index) => ({
    incident,
    group,
    isRoot: pairs.findIndex(([other]) => other === incident) === index,
    isGroupRoot: pairs.findIndex(([, other]) => other === group) === index,
  }));

describe("measuring groups", () => {
  it("is perfect for the truth itself", () => {
    const score = measureGrouping(
      judged([
        ["a-1", "x"],
        ["a-1", "x"],
        ["b-1", "y"],
      ]),
      (id) => id.charAt(0),
    );
    expect([score.f1, score.merged, score.roots, score.groups]).toEqual([1, 0, 2, 2]);
  });

  it("counts pairs: one stranger in a group of three", () => {
    const score = measureGrouping(
      judged([
        ["a-1", "x"],
        ["a-1", "x"],
        ["b-1", "x"],
      ]),
      (id) => id.charAt(0),
    );
    expect([score.precision, score.recall, score.merged, score.roots]).toEqual([1 / 3, 1, 1, 1]);
  });

  it("counts a split incident as found root only where most of it is", () => {
    const score = measureGrouping(
      judged([
        ["a-1", "x"],
        ["a-1", "y"],
        ["a-1", "y"],
      ]),
      (id) => id.charAt(0),
    );
    expect([score.recall, score.roots]).toEqual([1 / 3, 0]);
  });
});

describe("the Poisson tail", () => {
  it.each([
    [0, 2, 1],
    [1, 2, 1 - Math.exp(-2)],
    [3, 0.5, 0.014388],
    [5, 0, 0],
  ])("P(X ≥ %i) at mean %d", (k, mean, expected) => {
    expect(poissonTail(k, mean)).toBeCloseTo(expected, 6);
  });

  it("is small but not negative far out", () => {
    expect(poissonTail(50, 1)).toBeGreaterThan(0);
    expect(poissonTail(50, 1)).toBeLessThan(1e-60);
  });
});
