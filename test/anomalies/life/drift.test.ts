import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DriftRule, driftOf, NO_DRIFT, noteScore, stabilityIndex } from "../../../src/anomalies/life/drift.ts";
import { trainingDue } from "../../../src/anomalies/life/due.ts";
import { seededRandom } from "../../../src/detect/math/random.ts";

const rule: DriftRule = { halfLife: 720, limit: 0.25 };

function feed(points: number, probability: (row: number) => number, isAbove: (row: number) => boolean = () => false) {
  let state = NO_DRIFT;
  for (let row = 0; row < points; row++) {
    state = noteScore(state, probability(row), isAbove(row), rule);
  }
  return state;
}

describe("driftOf", () => {
  it("is quiet while scores are spread as in training", () => {
    const random = seededRandom(1);
    const verdict = driftOf(
      feed(
        5000,
        () => random(),
        (row) => row % 10 === 0,
      ),
      rule,
    );
    expect(verdict).toMatchObject({ drifted: false, because: expect.stringContaining("much as in training") });
    expect(verdict.index).toBeLessThan(0.05);
  });

  it("says so when scores gather where training had few", () => {
    const random = seededRandom(2);
    const verdict = driftOf(
      feed(3000, () => random() ** 4),
      rule,
    );
    expect(verdict.drifted).toBe(true);
    expect(verdict.because).toMatch(/stability index 0?\.?\d.*limit is 0.25/);
  });

  it("says so when most scores are above what was rare, whatever their calibrated spread", () => {
    const random = seededRandom(3);
    const state = feed(3000, random, (row) => row % 4 !== 0);
    expect(driftOf(state, rule)).toMatchObject({
      drifted: true,
      because: expect.stringContaining("75 % of the scores"),
    });
  });

  it("judges nothing on few points, and never when switched off", () => {
    const few = feed(100, () => 0.01);
    expect(driftOf(few, rule)).toMatchObject({ drifted: false, because: expect.stringContaining("too few") });
    expect(
      driftOf(
        feed(3000, () => 0.01),
        { ...rule, limit: 0 },
      ).drifted,
    ).toBe(false);
  });

  it("forgets: after a change back it is quiet again", () => {
    const random = seededRandom(4);
    const state = feed(12_000, (row) => (row < 3000 ? 0.01 : random()));
    expect(driftOf(state, rule).drifted).toBe(false);
  });

  it("does not take points in alert for ordinary scores, but sees that there are many", () => {
    expect(noteScore(NO_DRIFT, Number.NaN, true, rule).weight).toBe(0);
    const state = feed(
      2000,
      () => Number.NaN,
      () => true,
    );
    expect(driftOf(state, rule)).toMatchObject({
      drifted: true,
      because: expect.stringContaining("100 % of the scores"),
    });
  });

  it("has an index of 0 or more that survives JSON", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 300 }), (probabilities) => {
        let state = NO_DRIFT;
        for (const probability of probabilities) {
          state = noteScore(state, probability, false, rule);
        }
        const index = stabilityIndex(state);
        expect(index).toBeGreaterThanOrEqual(0);
        expect(stabilityIndex(JSON.parse(JSON.stringify(state)))).toBe(index);
      }),
    );
  });
});

describe("trainingDue", () => {
  const now = new Date("2026-06-02T00:00:00Z");
  const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
  const quiet = { drifted: false, index: 0, because: "" };
  const drift = { drifted: true, index: 1, because: "scores are spread otherwise" };
  const day = 86_400_000;

  it("comes with the schedule, and never where the schedule is 0", () => {
    expect(trainingDue({ lastTrained: ago(25), now, every: day, drift: quiet })?.kind).toBe("schedule");
    expect(trainingDue({ lastTrained: ago(23), now, every: day, drift: quiet })).toBeNull();
    expect(trainingDue({ lastTrained: ago(900), now, every: 0, drift: quiet })).toBeNull();
  });

  it("comes with drift, with its reason, but not again and again", () => {
    expect(trainingDue({ lastTrained: ago(5), now, every: day, drift })).toEqual({
      kind: "drift",
      because: drift.because,
    });
    expect(trainingDue({ lastTrained: ago(3), now, every: day, drift })).toBeNull();
    expect(trainingDue({ lastTrained: ago(2), now, every: 0, drift })?.kind).toBe("drift");
  });
});
