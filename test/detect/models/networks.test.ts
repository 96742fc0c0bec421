import { beforeAll, describe, expect, it } from "vitest";
import { prepareBackend } from "../../../src/detect/backend/prepare.ts";
import type { Detector, Model, Scorer } from "../../../src/detect/detector.ts";
import { networkDetectors } from "../../../src/detect/models/networks.ts";
import { NotEnoughHistory } from "../../../src/detect/not-enough-history.ts";
import { rowOf, waves } from "./network-frames.ts";

const METRICS = 3;
const train = waves(400, METRICS);
const test = waves(200, METRICS, 400);

function scores(scorer: Scorer, from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => scorer.push(rowOf(test, from + i), from + i).score);
}

describe.each(networkDetectors.map((detector): [string, Detector] => [detector.name, detector]))(
  "%s",
  { timeout: 240_000 },
  (_, detector) => {
    let model: Model;

    beforeAll(async () => {
      await prepareBackend({ wanted: "wasm" });
      model = await detector.fit(train, { seed: 1, epochs: 2 });
    }, 240_000);

    it("scores a row that stands out far above ordinary rows and names the metric and what it expected", () => {
      const scorer = model.scorer();
      const ordinary = scores(scorer, 0, 150).slice(20);
      const row = rowOf(test, 150);
      row[1] = 60;
      const found = scorer.push(row, 150);
      expect(found.score).toBeGreaterThan(3 * Math.max(...ordinary));
      expect(found.contributions[1]).toBeGreaterThan(0.9 * found.score);
      expect(found.contributions.reduce((sum, part) => sum + part)).toBeCloseTo(found.score, 6);
      expect(Math.abs((found.expected[1] as number) - 20)).toBeLessThan(6);
    });

    it("repeats exactly for a seed, and not for another", async () => {
      const again = await detector.fit(train, { seed: 1, epochs: 2 });
      expect(again.save()).toEqual(model.save());
      const other = await detector.fit(train, { seed: 2, epochs: 1 });
      expect(other.save().weights).not.toEqual(model.save().weights);
    });

    it("gives the same scores after saving and loading, through JSON and bytes", async () => {
      const { weights, ...rest } = model.save();
      const loaded = await detector.load({ ...JSON.parse(JSON.stringify(rest)), weights: Uint8Array.from(weights) });
      expect(scores(loaded.scorer(), 0, 100)).toEqual(scores(model.scorer(), 0, 100));
    });

    it("continues from a saved state as if it had never stopped", () => {
      const whole = scores(model.scorer(), 0, 200);
      const first = model.scorer();
      scores(first, 0, 97);
      const state: unknown = JSON.parse(JSON.stringify(first.state()));
      const rest = scores(model.scorer(state), 97, 200);
      for (const [i, score] of rest.entries()) {
        expect(score).toBeCloseTo(whole[97 + i] as number, 6);
      }
    });

    it("takes missing values: no contribution, a finite score", () => {
      const scorer = model.scorer();
      scores(scorer, 0, 80);
      const row = rowOf(test, 80);
      row[2] = Number.NaN;
      const partly = scorer.push(row, 80);
      expect(partly.contributions[2]).toBe(0);
      expect(Number.isFinite(partly.score)).toBe(true);
      expect(Number.isFinite(scorer.push(row.fill(Number.NaN), 81).score)).toBe(true);
      expect(Number.isFinite(scorer.push(row.fill(Number.POSITIVE_INFINITY), 82).score)).toBe(true);
    });

    it("learns with a constant metric, gaps and huge values in the history", async () => {
      const odd = waves(400, METRICS);
      for (let row = 0; row < odd.rows; row++) {
        odd.values[row * METRICS] = 7;
      }
      odd.values[301] = Number.NaN;
      odd.values[304] = Number.NEGATIVE_INFINITY;
      odd.values[307] = 1e30;
      const robust = await detector.fit(odd, { seed: 1, epochs: 1 });
      const scorer = robust.scorer();
      const ordinary = scorer.push([7, 20, 30], 0).score;
      expect(Number.isFinite(ordinary)).toBe(true);
      expect(scorer.push([9, 20, 30], 1).score).toBeGreaterThan(ordinary);
    });

    it("says what is wrong with a history that cannot be learnt from", async () => {
      await expect(detector.fit(waves(50, 2), { seed: 1 })).rejects.toThrow(/50 rows with values, at least \d+/);
      const empty = waves(600, 1);
      empty.values.fill(Number.NaN);
      await expect(detector.fit(empty, { seed: 1 })).rejects.toBeInstanceOf(NotEnoughHistory);
      const metrics = Array.from({ length: 1000 }, (__, m) => `m${m}`);
      await expect(detector.fit({ ...empty, metrics }, { seed: 1 })).rejects.toThrow(/1000 metrics.*at most 512/);
    });

    it("never alarms about a metric that history has no value of", async () => {
      const half = waves(400, 2);
      for (let row = 0; row < half.rows; row++) {
        half.values[row * 2 + 1] = Number.NaN;
      }
      const learnt = await detector.fit(half, { seed: 1, epochs: 1 });
      const scorer = learnt.scorer();
      const first = scorer.push([10, Number.NaN], 0).score;
      expect(scorer.push([10, 1e6], 1).score).toBeLessThan(first * 2 + 1);
    });

    it("refuses models of another detector, version or size, and states of another model", async () => {
      const saved = model.save();
      await expect(detector.load({ ...saved, detector: "pca" })).rejects.toThrow(/of detector "pca", expected/);
      await expect(detector.load({ ...saved, format: 99 })).rejects.toThrow(/format 99.*train it again/);
      await expect(detector.load({ ...saved, header: {} })).rejects.toThrow(/damaged at preparation/);
      await expect(detector.load({ ...saved, weights: saved.weights.slice(4) })).rejects.toThrow(/bytes of weights/);
      await expect(detector.load({ ...saved, metrics: ["m0", "m1"] })).rejects.toThrow(/other layers/);
      expect(() => model.scorer({ seen: 3 })).toThrow(/start afresh/);
      const narrow = await detector.fit(waves(300, 1), { seed: 1, epochs: 1 });
      const state = narrow.scorer().state();
      expect(() => model.scorer(state)).toThrow(/other metrics/);
    });

    it("reports each epoch and stops when it is told to", async () => {
      const epochs: number[] = [];
      await detector.fit(train, { seed: 1, epochs: 2, onProgress: (progress) => epochs.push(progress.epoch) });
      expect(epochs).toEqual([1, 2]);
      const stop = new AbortController();
      const fitting = detector.fit(train, {
        seed: 1,
        epochs: 50,
        signal: stop.signal,
        onProgress: () => stop.abort(new Error("asked to stop")),
      });
      await expect(fitting).rejects.toThrow("asked to stop");
    });
  },
);
