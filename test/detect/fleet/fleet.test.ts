import { describe, expect, it } from "vitest";
import { createFleet } from "../../../src/detect/fleet/fleet.ts";
import { seededRandom } from "../../../src/detect/math/random.ts";

const METRICS = ["cpu", "memory"];

/** Scores of every pod, minute by minute; `valueAt` changes what a pod does. */
function run(
  minutes: number,
  pods: readonly string[],
  valueAt: (minute: number, pod: string, usual: number) => number,
) {
  const fleet = createFleet(METRICS);
  const random = seededRandom(1);
  return Array.from({ length: minutes }, (_, minute) => {
    const rows = new Map(pods.map((pod) => [pod, METRICS.map(() => valueAt(minute, pod, 10 + random()))]));
    const scores = fleet.push(minute * 60, rows);
    return new Map([...scores].map(([pod, score]) => [pod, { ...score, contributions: [...score.contributions] }]));
  });
}

describe("createFleet", () => {
  it("ranks the pod that departs from its own hour first, and names the metric", () => {
    const all = run(200, ["a", "b", "c"], (minute, pod, usual) => (minute === 150 && pod === "b" ? 5 * usual : usual));
    const scores = all[150];
    expect(scores?.get("b")?.alert).toBe(true);
    expect(scores?.get("b")?.score).toBeGreaterThan(5 * (scores?.get("a")?.score ?? 0));
    expect(Math.min(...(scores?.get("b")?.contributions ?? []))).toBeGreaterThan(1);
  });

  it("is quiet where all do the same at once", () => {
    const jump = (who: string) => (minute: number, pod: string, usual: number) =>
      minute === 150 && who.includes(pod) ? 5 * usual : usual;
    const highest = (who: string) =>
      Math.max(...[...(run(160, ["a", "b", "c"], jump(who))[150]?.values() ?? [])].map(({ score }) => score));
    expect(highest("abc")).toBeLessThan(1);
    expect(highest("abc")).toBeLessThan(highest("b") / 3);
  });

  it("alerts about equally seldom with two metrics and with twelve", () => {
    const alertsPerDay = (count: number) => {
      const metrics = Array.from({ length: count }, (_, i) => `metric${"abcdefghijkl"[i]}`);
      const fleet = createFleet(metrics);
      const random = seededRandom(9);
      let alerts = 0;
      const open = new Set<string>();
      for (let minute = 0; minute < 720; minute++) {
        const rows = new Map(["a", "b", "c", "d"].map((pod) => [pod, metrics.map(() => 10 + random())]));
        for (const [pod, { alert }] of fleet.push(minute * 60, rows)) {
          alerts += alert && !open.has(pod) ? 1 : 0;
          open[alert ? "add" : "delete"](pod);
        }
      }
      return alerts / 2;
    };
    expect(alertsPerDay(2)).toBeLessThan(6);
    expect(alertsPerDay(12)).toBeLessThan(6);
  });

  it("finds a small lasting step of a metric that hardly ever moves, up or down", () => {
    for (const step of [0.9, 1.1]) {
      const all = run(200, ["a", "b", "c"], (minute, pod) => (minute >= 150 && pod === "b" ? 10 * step : 10));
      expect(all[151]?.get("b")?.score).toBeGreaterThan(1);
      expect(all[151]?.get("a")?.score).toBe(0);
    }
  });

  it("learns for half an hour, then alerts from a fault's second row at most until it is over", () => {
    const jump = (minute: number, pod: string, usual: number) =>
      pod === "b" && (minute === 20 || (minute >= 150 && minute < 155)) ? 5 * usual : usual;
    const alerts = run(200, ["a", "b", "c"], jump).flatMap((scores, minute) =>
      scores.get("b")?.alert ? [minute] : [],
    );
    expect(alerts[0]).toBeLessThanOrEqual(151);
    expect(alerts.at(-1)).toBeLessThanOrEqual(160);
    expect(alerts).toEqual(alerts.map((_, at) => (alerts[0] ?? 0) + at));
  });

  it("needs thirteen rows of a pod that joins, which takes over what changes are usual of the one it replaces", () => {
    const fleet = createFleet(METRICS);
    const random = seededRandom(4);
    const alertsOf = (replacement: string) => {
      const found: number[] = [];
      for (let minute = 0; minute < 240; minute++) {
        const names = [
          "web-5fcd447d84-aaaaa",
          "cache-7fc455457c-jm5s2",
          minute < 200 ? "api-6f94c49ccd-4rdb2" : replacement,
        ];
        const rows = new Map(names.map((name) => [name, METRICS.map(() => 10 + random())]));
        if (minute >= 216 && minute < 220) {
          rows.set(replacement, [80, 80]);
        }
        const score = fleet.push(minute * 60, rows).get(replacement);
        if (score?.learning) {
          expect(minute - 200).toBeLessThan(13);
        }
        if (score?.alert) {
          found.push(minute);
        }
      }
      return found;
    };
    expect(alertsOf("api-6f94c49ccd-xxq2z")[0]).toBe(216);
  });

  it("does not let a fault raise the bar that it is measured by", () => {
    const barAfter = (fault: boolean) => {
      const all = run(400, ["a", "b", "c"], (minute, pod, usual) =>
        fault && pod === "b" && minute >= 150 && minute < 350 && minute % 40 < 20 ? 6 * usual : usual,
      );
      return all.at(-1)?.get("a")?.bar ?? Number.NaN;
    };
    expect(barAfter(true)).toBeLessThan(1.3 * barAfter(false));
  });

  it("is causal: what comes later does not change a score", () => {
    const whole = run(120, ["a", "b"], (_, __, usual) => usual);
    expect(run(60, ["a", "b"], (_, __, usual) => usual)).toEqual(whole.slice(0, 60));
  });

  it("takes pods that come and go, missing values, zeros and constants", () => {
    const fleet = createFleet(METRICS);
    for (let minute = 0; minute < 100; minute++) {
      const rows = new Map([["steady", [0, 7]]]);
      if (minute > 40 && minute < 60) {
        rows.set("guest", [Number.NaN, Number.POSITIVE_INFINITY]);
      }
      for (const { score, contributions } of fleet.push(minute * 60, rows).values()) {
        expect(Number.isFinite(score)).toBe(true);
        expect([...contributions].every(Number.isFinite)).toBe(true);
      }
    }
  });
});
