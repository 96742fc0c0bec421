import { describe, expect, it } from "vitest";
import { createLive } from "../../../src/detect/live.ts";
import { streamDetector } from "../../../src/detect/models/stream-detector.ts";
import { findDetector } from "../../../src/detect/registry.ts";
import { loadUnit, saveUnit, trainUnit } from "../../../src/detect/unit.ts";
import { rowOf, synthetic } from "../synthetic.ts";

const METRICS = ["cpu", "memory"];
const wave = (row: number, metric: number, noise: () => number) =>
  10 * (metric + 1) + 2 * Math.sin(row / 12) + 0.2 * noise();
const history = synthetic(400, METRICS, wave, { step: 300 });
const next = synthetic(
  120,
  METRICS,
  (row, metric, noise) => wave(row + 400, metric, noise) + (metric === 0 && row >= 60 && row < 72 ? 15 : 0),
  {
    step: 300,
    start: 1_767_225_600 + 400 * 300,
    seed: 2,
  },
);
const who = { entity: "dbs", service: "dbs" };

describe("the stream detector", () => {
  it("is found by its name, goes on from history, and finds a jump in one metric", async () => {
    const unit = await trainUnit(await findDetector("stream"), history, { seed: 1 });
    const live = createLive(unit, who);
    const points = Array.from({ length: next.rows }, (_, row) => live.push(next.times?.[row] ?? 0, rowOf(next, row)));
    const updates = points.flatMap(({ update }) => update ?? []);
    expect(updates[0]?.openedAt.getTime()).toBeGreaterThanOrEqual((next.times?.[59] ?? 0) * 1000);
    expect(updates[0]?.openedAt.getTime()).toBeLessThan((next.times?.[66] ?? 0) * 1000);
    expect(updates[0]?.contributions[0]?.metric).toBe("cpu");
  });

  it("continues from its state as if it had not stopped, from saved bytes too", async () => {
    const model = await streamDetector.fit(history, { seed: 1 });
    const whole = model.scorer();
    const scores = Array.from({ length: 80 }, (_, row) => whole.push(rowOf(next, row), next.times?.[row] ?? 0).score);
    const before = model.scorer();
    for (let row = 0; row < 50; row++) {
      before.push(rowOf(next, row), next.times?.[row] ?? 0);
    }
    const loaded = await streamDetector.load(model.save());
    const after = loaded.scorer(JSON.parse(JSON.stringify(before.state())));
    for (let row = 50; row < 80; row++) {
      expect(after.push(rowOf(next, row), next.times?.[row] ?? 0).score).toBeCloseTo(scores[row] as number, 9);
    }
  });

  it("is causal: a scorer that begins within the history has seen only what came before", async () => {
    const model = await streamDetector.fit(history, { seed: 1 });
    const half = await streamDetector.fit(
      { ...history, rows: 200, values: history.values.slice(0, 400), times: history.times?.slice(0, 200) ?? null },
      { seed: 1 },
    );
    const [one, two] = [model.scorer(), half.scorer()];
    for (let row = 0; row < 200; row++) {
      const time = history.times?.[row] ?? 0;
      expect(one.push(rowOf(history, row), time).score).toBe(two.push(rowOf(history, row), time).score);
    }
  });

  it("takes the mean of five minutes at a fine step, and leaves missing values out", async () => {
    const fine = synthetic(2000, METRICS, wave, { step: 60 });
    const scorer = (await streamDetector.fit(fine, { seed: 1 })).scorer();
    const start = (fine.times?.[1999] ?? 0) + 60;
    const at = Math.ceil(start / 300) * 300;
    const scores = Array.from(
      { length: 10 },
      (_, row) => scorer.push([row < 5 ? 90 : 10, Number.NaN], at + row * 60).score,
    );
    expect(new Set(scores.slice(0, 4)).size).toBe(1);
    expect(scores[4]).toBeGreaterThan(scores[3] as number);
    expect(scores.every(Number.isFinite)).toBe(true);
  });

  it("says how much history is missing, and refuses bytes of another format", async () => {
    const short = {
      ...history,
      rows: 20,
      values: history.values.slice(0, 40),
      times: history.times?.slice(0, 20) ?? null,
    };
    await expect(streamDetector.fit(short, { seed: 1 })).rejects.toThrow("at least 60 are needed");
    const unit = await trainUnit(streamDetector, history, { seed: 1 });
    await expect(loadUnit(saveUnit(unit), findDetector)).resolves.toMatchObject({ version: unit.version });
    await expect(streamDetector.load({ ...unit.model.save(), format: 9 })).rejects.toThrow("train it again");
  });
});
