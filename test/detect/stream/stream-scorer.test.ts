import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/detect/math/random.ts";
import { createStreamScorer, NOTHING_SAID, speak } from "../../../src/detect/stream/stream-scorer.ts";

const random = (seed: number) => seededRandom(seed);
const scored = (values: readonly number[], learning = 100) => {
  const scorer = createStreamScorer(learning);
  return values.map((value, i) => ({ ...scorer.push(value, i * 300) }));
};
const noise = (rows: number, seed: number) => {
  const next = random(seed);
  return Array.from({ length: rows }, () => 10 + next());
};

describe("createStreamScorer", () => {
  it("speaks of a jump and of nothing before it, with scores in 0…1 and 0 while it learns", () => {
    const values = noise(700, 1);
    values[600] = 60;
    const scores = scored(values);
    expect(scores.flatMap(({ alarm }, i) => (alarm ? [i] : []))[0]).toBe(600);
    expect(scores.slice(0, 100).every(({ score }) => score === 0)).toBe(true);
    expect(scores.every(({ score }) => score >= 0 && score <= 1)).toBe(true);
    expect(scores[600]?.score).toBeGreaterThanOrEqual(0.5);
  });

  it("is causal, and repeats exactly", () => {
    const values = noise(500, 2);
    expect(scored(values.slice(0, 300))).toEqual(scored(values).slice(0, 300));
  });

  it("takes constants, gaps, infinities and unknown times", () => {
    const constant = scored(Array.from({ length: 400 }, () => 5));
    expect(constant.some(({ alarm }) => alarm)).toBe(false);
    const scorer = createStreamScorer(10);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(scorer.push(value, Number.NaN)).toEqual({ score: 0, alarm: false });
    }
    for (const value of noise(300, 3)) {
      expect(Number.isFinite(scorer.push(value, Number.NaN).score)).toBe(true);
    }
  });

  it("sees a day that is missing from a daily course", () => {
    const next = random(4);
    const day = (i: number) => 10 + 5 * Math.sin((2 * Math.PI * i) / 288) + 0.3 * next();
    const values = Array.from({ length: 288 * 10 }, (_, i) =>
      i >= 288 * 8 && i < 288 * 9 ? 10 + 0.3 * next() : day(i),
    );
    const alarms = scored(values, 400).flatMap(({ alarm }, i) => (alarm ? [i] : []));
    expect(alarms.some((row) => row >= 288 * 8 && row < 288 * 9)).toBe(true);
  });
});

describe("speak", () => {
  const rule = { bar: 1, silence: { share: 0.1, least: 5, most: 50 }, higher: 2, fatigue: 0.5, forget: 1000 };
  const said = (surprises: readonly number[]) => {
    let state = { ...NOTHING_SAID, rows: 100 };
    return surprises.map((surprise) => {
      const next = speak(state, surprise, rule);
      state = next.state;
      return next;
    });
  };

  it("is 0.5 at the bar", () => {
    expect(said([1])[0]).toMatchObject({ score: 0.5, alarm: true });
    expect(said([0.5])[0]).toMatchObject({ alarm: false });
  });

  it("is silent after an alarm for a share of what it has seen, but for a much higher surprise", () => {
    const alarms = said([3, 4, 4, 7, 4, 4]).map(({ alarm }) => alarm);
    expect(alarms).toEqual([true, false, false, true, false, false]);
    expect(said([3, ...Array.from({ length: 10 }, () => 4)]).filter(({ alarm }) => alarm)).toHaveLength(2);
  });

  it("grows tired of what it says often", () => {
    const quiet = Array.from({ length: 12 }, () => 0.1);
    const [, ...later] = said([1.2, ...quiet, 1.2]);
    expect(later.at(-1)?.alarm).toBe(false);
  });
});
