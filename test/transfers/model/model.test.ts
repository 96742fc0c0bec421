import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { transferStream } from "../../../src/demo/transfers/generator.ts";
import { LEVELS, LevelMemory } from "../../../src/transfers/model/back-off.ts";
import { Calibrator, errorInterval, errorQuantile, tailProbability } from "../../../src/transfers/model/calibrator.ts";
import type { Finished } from "../../../src/transfers/model/estimator.ts";
import { accuracy, intervalQuality, tailQuality } from "../../../src/transfers/model/measures.ts";
import { loadScorer } from "../../../src/transfers/model/models.ts";
import { MEMORY, Recent } from "../../../src/transfers/model/recent.ts";
import { type Judgement, quantileOf } from "../../../src/transfers/model/scorer.ts";
import { fitSizeCurve, sizeBin, sizeKernel } from "../../../src/transfers/model/size-curve.ts";
import { START, trainedOn, transfer } from "./samples.ts";

function history(count: number, seed = 1): Finished[] {
  const found: Finished[] = [];
  for (const each of transferStream({ seed, start: START, rate: 2, sites: 12 })) {
    if (each.outcome === "done") {
      found.push(each as Finished);
    }
    if (found.length === count) {
      break;
    }
  }
  return found;
}

describe("fitSizeCurve", () => {
  it("is the mean where all are of one size, at every size", () => {
    const curve = fitSizeCurve([90, 90], [2, 4], 0.6);
    expect(curve[90]).toBeCloseTo(3);
    expect(curve[0]).toBeCloseTo(3);
    expect(curve[122]).toBeCloseTo(3);
  });

  it("rises with size where durations do, and is zero without transfers", () => {
    const curve = fitSizeCurve([40, 80], [1, 5], 0.6);
    expect(curve[40]).toBeLessThan(1.1);
    expect(curve[80]).toBeGreaterThan(4.9);
    expect([...fitSizeCurve([], [], 0.6)].every((value) => value === 0)).toBe(true);
  });

  it("puts sizes out of range into the nearest bin", () => {
    expect([sizeBin(0), sizeBin(1), sizeBin(1e9), sizeBin(1e30)]).toEqual([0, 0, 90, 122]);
  });
});

describe("Recent", () => {
  const rows = fc.array(
    fc.tuple(
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 0, max: 122 }),
      fc.double({ min: -3, max: 3, noNaN: true }),
    ),
    { maxLength: 60 },
  );
  const moment = fc.integer({ min: 0, max: 5000 });
  it("sums what brute force sums, and only what was over", () => {
    const same = (events: readonly (readonly [number, number, number])[], at: number, bin: number) => {
      const recent = new Recent(64, 1800);
      const kernel = sizeKernel(1.2);
      const expected = { weight: 0, residual: 0, error: 0 };
      for (const [end, other, value] of events) {
        recent.add(end, end, other, value, value ** 2);
        if (end <= at) {
          const w = Math.exp(-0.5 * ((other - bin) / 10 / 1.2) ** 2 - (10 * Math.trunc((at - end) / 10)) / MEMORY);
          expected.weight += w;
          expected.residual += w * value;
          expected.error += w * value ** 2;
        }
      }
      const sums = { weight: 0, residual: 0, error: 0 };
      recent.near(sums, at, bin, kernel);
      expect(sums.weight).toBeCloseTo(expected.weight, 4);
      expect(sums.residual).toBeCloseTo(expected.residual, 4);
      expect(sums.error).toBeCloseTo(expected.error, 4);
    };
    fc.assert(fc.property(rows, moment, fc.integer({ min: 0, max: 122 }), same));
  });

  it("holds a bounded number, spread over the span when a link is busy", () => {
    const recent = new Recent(128, 1800);
    for (let second = 0; second < 20_000; second++) {
      recent.add(second, second, 90, 0, 0);
    }
    const ends = recent.rows().map(([start = 0]) => start);
    expect(recent.size).toBe(128);
    expect(Math.min(...ends)).toBeGreaterThan(20_000 - 2 * 1800);
    expect(Math.min(...ends)).toBeLessThan(20_000 - 900);
  });
});

describe("LevelMemory", () => {
  it("forgets the key unused for longest when there are too many, and knows no link of an unknown site", () => {
    const level = { ...(LEVELS.at(-1) as (typeof LEVELS)[number]), mostKeys: 2 };
    const memory = new LevelMemory(level);
    for (const source of ["A", "B", "A", "C", "unknown"]) {
      memory.add(transfer({ source }), START, 90, 1, 1);
    }
    expect(memory.save(0).map(([key]) => key)).toEqual(["A → T2_CH_CERN", "C → T2_CH_CERN"]);
  });
});

describe("Calibrator", () => {
  it("goes by the normal distribution until it has seen enough", () => {
    const standing = new Calibrator().standing(START);
    expect(errorQuantile(standing, 0.5)).toBeCloseTo(0, 5);
    expect(errorQuantile(standing, 0.95)).toBeGreaterThan(1.5);
    expect(errorQuantile(standing, 0.95)).toBeLessThan(1.8);
  });

  it("keeps the last thousand in order, or some of them evenly spread when they come fast", () => {
    const slow = new Calibrator();
    const fast = new Calibrator();
    for (let i = 0; i < 5000; i++) {
      slow.add(10 * i, 10 * i, Math.sin(i), false);
      fast.add(i, i, Math.sin(i), false);
    }
    const newest = Float64Array.from({ length: 1000 }, (_, i) => Math.sin(4000 + i)).sort();
    expect(slow.standing(1e9).errors).toEqual(newest);
    expect(fast.standing(1e9).errors).toHaveLength(1000);
    expect(fast.standing(3600).errors.length).toBeGreaterThan(100);
    expect(Calibrator.load(slow.save()).standing(1e9)).toEqual(slow.standing(1e9));
  });

  it("knows only what was over at the moment", () => {
    const calibrator = new Calibrator();
    calibrator.add(5, 10, 1, false);
    calibrator.add(6, 30, 2, false);
    expect([...calibrator.standing(20).errors]).toEqual([1]);
  });

  it("widens after misses and narrows after none; with caution it is wide where it rests on few", () => {
    const [few, many] = [new Calibrator(true), new Calibrator(true)];
    for (let i = 0; i < 900; i++) {
      for (const one of i < 100 ? [few, many] : [many]) {
        one.add(i, i, (i % 21) - 10, i % 10 === 0);
      }
    }
    expect(few.standing(999).outside).toBeCloseTo(0.04);
    expect(many.standing(999).outside).toBeCloseTo(0.08);
    const often = new Calibrator();
    const never = new Calibrator();
    for (let i = 0; i < 300; i++) {
      often.add(i, i, (i % 21) - 10, i % 5 === 0);
      never.add(i, i, (i % 21) - 10, false);
    }
    expect(often.standing(999).outside).toBeLessThan(0.1);
    expect(never.standing(999).outside).toBeGreaterThan(0.1);
    const width = ([low, high]: readonly [number, number]) => high - low;
    expect(width(errorInterval(often.standing(999)))).toBeGreaterThan(width(errorInterval(never.standing(999))));
  });

  it("gives tail probabilities that fall from one to nothing, also far beyond what was seen", () => {
    const calibrator = new Calibrator();
    for (let i = 0; i < 500; i++) {
      calibrator.add(i, i, Math.sin(i) * 2, false);
    }
    const standing = calibrator.standing(999);
    const probabilities = [-5, -1, 0, 1, 1.9, 2, 3, 6, 12].map((error) => tailProbability(standing, error));
    expect(probabilities[0]).toBe(1);
    expect(probabilities.every((p, at) => p > 0 && (at === 0 || p <= (probabilities[at - 1] as number)))).toBe(true);
    expect(probabilities.at(-1)).toBeLessThan(1e-3);
  });
});

const past = history(1500);
const next = history(2300).slice(1500);
const saved = JSON.stringify((await trainedOn(past)).save());
const trained = () => loadScorer(JSON.parse(saved));

describe("a trained model", () => {
  function run(rows: readonly Finished[]): Judgement[] {
    const scorer = trained();
    return rows.map((row) => {
      const judgement = scorer.judge(row);
      scorer.learn(row, judgement);
      return judgement;
    });
  }

  it("predicts better than a constant, and its interval holds nine times of ten", () => {
    const rows = run(next).map(({ seconds, lower, upper }, at) => ({
      seen: (next[at] as Finished).duration,
      predicted: seconds,
      lower,
      upper,
    }));
    const constant = next.map(({ duration }) => ({ seen: duration, predicted: 18, lower: null, upper: null }));
    expect(accuracy(rows).rmsle).toBeLessThan(0.75 * accuracy(constant).rmsle);
    expect(intervalQuality(rows)?.coverage).toBeGreaterThan(0.87);
    expect(intervalQuality(rows)?.coverage).toBeLessThan(0.93);
  });

  it("says the same of a transfer whatever comes later, and whatever becomes of those still running", () => {
    const before = run(next.slice(0, 200));
    const last = next[199] as Finished;
    const changed = next
      .slice(0, 199)
      .map((row) => (row.startedAt + row.duration > last.startedAt ? { ...row, duration: 10 * row.duration } : row));
    const after = run([...changed, last, ...next.slice(200, 220)]);
    const { seconds, lower, upper, score } = after[199] as Judgement;
    expect(changed).not.toEqual(next.slice(0, 199));
    expect({ seconds, lower, upper, score }).toMatchObject({
      seconds: before[199]?.seconds,
      lower: before[199]?.lower,
      upper: before[199]?.upper,
      score: before[199]?.score,
    });
  });

  it("scores a longer duration higher, and gives rising quantiles around the middle", () => {
    const scorer = trained();
    const at = { startedAt: (next[0] as Finished).startedAt };
    const scores = [10, 100, 1000, 10_000].map(
      (duration) => scorer.judge(transfer({ ...at, duration })).score as number,
    );
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    expect(scores.at(-1)).toBeGreaterThan(2.5);
    const judgement = scorer.judge({ ...transfer(at), duration: null });
    expect(judgement.score).toBeNull();
    const quantiles = [0.05, 0.5, 0.95].map((p) => quantileOf(judgement, p));
    expect(quantiles).toEqual([...quantiles].sort((a, b) => a - b));
  });

  it("goes on after saving and loading as if nothing had happened", async () => {
    const scorer = await trainedOn(past);
    const loaded = loadScorer(JSON.parse(JSON.stringify(scorer.save())));
    for (const row of next.slice(0, 50)) {
      const judgement = scorer.judge(row);
      expect(loaded.judge(row).upper).toBeCloseTo(judgement.upper, 2);
      scorer.learn(row, judgement);
      loaded.learn(row, judgement);
    }
  });

  it.each([
    {},
    null,
    { format: 1, name: "other", learnt: 1, calibration: [], estimator: {} },
    { format: 1, name: "shrinkage", learnt: 1, calibration: [], estimator: {} },
  ])("refuses to load %j", (saved) => {
    expect(() => loadScorer(saved)).toThrow(/model/);
  });
});

describe("measures", () => {
  const rows = [
    { seen: 10, predicted: 20, lower: 5, upper: 15 },
    { seen: 400, predicted: 100, lower: 50, upper: 200 },
    { seen: 0, predicted: 0.4, lower: 0, upper: 1 },
    { seen: 30, predicted: 61, lower: 31, upper: 190 },
  ];

  it("are those worked out by hand", () => {
    const found = accuracy(rows);
    expect(found).toMatchObject({ transfers: 4, within180: 0.75, withinFactor2: 0.5 });
    expect(found.meanError).toBeCloseTo((10 + 300 + 0.4 + 31) / 4);
    expect(found.medianError).toBeCloseTo(20.5);
    expect(intervalQuality(rows)).toEqual({ coverage: 0.5, meanWidth: (10 + 150 + 1 + 159) / 4, medianWidth: 80 });
    expect(tailQuality(rows)).toMatchObject({ transfers: 1, predictedSlow: 0, foreseen: 1, falselyForeseen: 1 / 3 });
  });

  it("say nothing of nothing", () => {
    expect(accuracy([]).within180).toBeNaN();
    expect(intervalQuality([])).toBeNull();
  });
});
