import { describe, expect, it } from "vitest";
import type { Model } from "../../../src/detect/detector.ts";
import type { Frame } from "../../../src/detect/frame.ts";
import { CHEAP_DETECTORS } from "../../../src/detect/registry.ts";
import { decodeSavedModel, encodeSavedModel } from "../../../src/detect/saved-model.ts";
import { rowOf, synthetic } from "../synthetic.ts";

const METRICS = ["load", "load_copy", "noise", "constant"];
const valueAt = (row: number, metric: number, noise: () => number) => {
  const wave = Math.sin(row / 20);
  return [10 + 3 * wave + 0.3 * noise(), 20 + 6 * wave + 0.3 * noise(), 100 + noise(), 7][metric] ?? 0;
};
const history = synthetic(3000, METRICS, valueAt);
const fresh = synthetic(400, METRICS, valueAt, { seed: 9, start: 1_767_225_600 + 3000 * 300 });

function scores(model: Model, frame: Frame, scorer = model.scorer(), from = 0): number[] {
  return Array.from({ length: frame.rows - from }, (_, i) => {
    return scorer.push(rowOf(frame, from + i), frame.times?.[from + i] ?? 0).score;
  });
}

function withSpike(metric: number, value: number, rows: readonly number[]): Frame {
  const values = fresh.values.slice();
  for (const row of rows) {
    values[row * METRICS.length + metric] = value;
  }
  return { ...fresh, values };
}

describe.each(CHEAP_DETECTORS.map((detector) => [detector.name, detector] as const))("%s", (_name, detector) => {
  it("scores an excursion above all ordinary rows and blames its metric", async () => {
    const model = await detector.fit(history, { seed: 1 });
    const ordinary = scores(model, fresh);
    const scorer = model.scorer();
    const spiked = withSpike(2, 140, [300, 301, 302]);
    const before = scores(model, { ...spiked, rows: 300 }, scorer);
    expect(before).toEqual(ordinary.slice(0, 300));
    let worst = { score: 0, first: -1 };
    for (let row = 300; row < 303; row++) {
      const { score, contributions } = scorer.push(rowOf(spiked, row), spiked.times?.[row] ?? 0);
      worst = score > worst.score ? { score, first: contributions.indexOf(Math.max(...contributions)) } : worst;
    }
    expect(worst.score).toBeGreaterThan(1.5 * Math.max(...ordinary.slice(50)));
    expect(worst.first).toBe(2);
  });

  it("repeats for a seed, and after saving and loading", async () => {
    const model = await detector.fit(history, { seed: 5 });
    const again = await detector.fit(history, { seed: 5 });
    const loaded = await detector.load(decodeSavedModel(encodeSavedModel(model.save())));
    expect(scores(again, fresh)).toEqual(scores(model, fresh));
    expect(scores(loaded, fresh)).toEqual(scores(model, fresh));
  });

  it("continues from a state that went through JSON", async () => {
    const model = await detector.fit(history, { seed: 1 });
    const scorer = model.scorer();
    const whole = scores(model, fresh);
    scores(model, { ...fresh, rows: 123 }, scorer);
    const continued = model.scorer(JSON.parse(JSON.stringify(scorer.state())));
    expect(scores(model, fresh, continued, 123)).toEqual(whole.slice(123));
  });

  it("gives finite scores for missing values, and sees a constant metric move", async () => {
    const model = await detector.fit(history, { seed: 1 });
    const ordinary = Math.max(...scores(model, fresh).slice(50));
    expect(scores(model, withSpike(0, Number.NaN, [100, 101, 102])).every(Number.isFinite)).toBe(true);
    const moved = scores(model, withSpike(3, 8, [300, 301, 302, 303, 304]));
    expect(Math.max(...moved.slice(300, 305))).toBeGreaterThan(ordinary);
  });

  it("ignores a metric that history has no value of", async () => {
    const values = history.values.map((value, at) => (at % METRICS.length === 1 ? Number.NaN : value));
    const model = await detector.fit({ ...history, values }, { seed: 1 });
    const found = scores(model, withSpike(1, 1e9, [300]));
    expect(found.every(Number.isFinite)).toBe(true);
    expect(Math.max(...found.slice(299, 305))).toBeLessThan(10 * Math.max(...found.slice(50, 299)));
  });

  it("says so when there is too little history, no metric, or too many", async () => {
    const options = { seed: 1 };
    await expect(
      detector.fit({ ...history, rows: 10, values: history.values.slice(0, 40) }, options),
    ).rejects.toMatchObject({
      name: "NotEnoughHistory",
    });
    await expect(
      detector.fit({ metrics: [], rows: 0, values: new Float64Array(), times: null }, options),
    ).rejects.toThrow("no metric");
    const many = Array.from({ length: 1_000_000 }, (_, i) => `m${i}`);
    await expect(
      detector.fit({ metrics: many, rows: 0, values: new Float64Array(), times: null }, options),
    ).rejects.toThrow("1000000 metrics");
  });

  it("refuses a model of another format or detector", async () => {
    const saved = (await detector.fit(history, { seed: 1 })).save();
    await expect(detector.load({ ...saved, format: 99 })).rejects.toThrow("format 99");
    await expect(detector.load({ ...saved, detector: "other" })).rejects.toThrow('"other"');
  });
});
