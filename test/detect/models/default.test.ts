import { describe, expect, it } from "vitest";
import { createLive } from "../../../src/detect/live.ts";
import { median } from "../../../src/detect/math/statistics.ts";
import { defaultDetector } from "../../../src/detect/models/default.ts";
import { decodeSavedModel, encodeSavedModel } from "../../../src/detect/saved-model.ts";
import { trainUnit } from "../../../src/detect/unit.ts";
import { rowOf, synthetic } from "../synthetic.ts";

const METRICS = ["load", "latency", "errors"];
const LEVELS = [10, 20, 5];
const STEP = 300;
const history = synthetic(2500, METRICS, (_, metric, noise) => (LEVELS[metric] ?? 0) + 0.5 * noise());
const BURST = 5200;

/** All metrics stand five times their spread higher from the first row on; ten days later one of them bursts for six rows. */
const moved = synthetic(
  5400,
  METRICS,
  (row, metric, noise) =>
    (LEVELS[metric] ?? 0) + 2.5 + 0.5 * noise() + (metric === 1 && row >= BURST && row < BURST + 6 ? 4 : 0),
  { seed: 3, start: 1_767_225_600 + 2500 * STEP },
);

describe("default after a level has moved for good", () => {
  it("ranks by history's level, and alerts by the present's", async () => {
    const model = await defaultDetector.fit(history, { seed: 1 });
    const before = model.scorer();
    const usual = Array.from(
      { length: 2500 },
      (_, row) => before.push(rowOf(history, row), history.times?.[row] ?? 0).score,
    );
    const scorer = model.scorer();
    const all: number[] = [];
    const alerting: number[] = [];
    for (let row = 0; row < BURST; row++) {
      const { score, alertScore } = scorer.push(rowOf(moved, row), moved.times?.[row] ?? 0);
      all.push(score);
      alerting.push(alertScore ?? Number.NaN);
    }
    expect(median(Float64Array.from(all.slice(-500)))).toBeGreaterThan(1.5 * median(Float64Array.from(usual)));
    expect(median(Float64Array.from(alerting.slice(-500)))).toBeLessThan(1.3 * median(Float64Array.from(usual)));
    expect(Math.max(...alerting.slice(0, 20))).toBeGreaterThan(2 * median(Float64Array.from(alerting.slice(-500))));
  });

  it("says so once, falls silent, and still sees what comes after, with the metric", async () => {
    const unit = await trainUnit(defaultDetector, history, { seed: 1 });
    const live = createLive(unit, { entity: "a", service: "b" });
    const opened = new Map<string, { row: number; metric: string | undefined }>();
    for (let row = 0; row < moved.rows; row++) {
      const { update } = live.push(moved.times?.[row] ?? 0, rowOf(moved, row));
      if (update !== null) {
        const at = opened.get(update.id)?.row ?? row;
        opened.set(update.id, { row: at, metric: update.contributions[0]?.metric });
      }
    }
    const rows = [...opened.values()];
    expect(rows[0]?.row).toBeLessThan(5);
    expect(rows.filter(({ row }) => row > 1500 && row < BURST).length).toBeLessThanOrEqual(2);
    const burst = rows.find(({ row }) => row >= BURST && row < BURST + 6);
    expect(burst?.metric).toBe("latency");
  });

  it("refuses a model of the format before", async () => {
    const saved = (await defaultDetector.fit(history, { seed: 1 })).save();
    const old = decodeSavedModel(encodeSavedModel({ ...saved, format: 2 }));
    await expect(defaultDetector.load(old)).rejects.toThrow("train it again");
  });
});
