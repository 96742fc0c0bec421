import { describe, expect, it } from "vitest";
import { replayFleet } from "../../../src/anomalies/life/backtest.ts";
import { isFleet, roundsOf, unitDetector } from "../../../src/anomalies/life/fleet-choice.ts";
import { createFleetWatch, type FleetState } from "../../../src/anomalies/life/fleet-watch.ts";
import { synthetic } from "../../detect/synthetic.ts";

const METRICS = ["cpu", "memory"];
const ROWS = 360;
const HOT = 320;
/** Six pods for six hours, a row a minute; the third gets hot in its last hour. */
const frames = new Map(
  Array.from({ length: 6 }, (_, pod) => {
    const value = (row: number, metric: number, noise: () => number) =>
      10 + noise() + (pod === 2 && metric === 0 && row >= HOT && row < HOT + 10 ? 60 : 0);
    return [`pod-${pod}`, synthetic(ROWS, METRICS, value, { seed: pod + 1, step: 60, start: 0 })] as const;
  }),
);
const who = { service: "dbs", metrics: METRICS, hourOfWeek: () => 0 };

function play(saved?: FleetState, from = 0, to = ROWS) {
  const watch = createFleetWatch(who, saved);
  const points = [...roundsOf(frames)].slice(0, to).flatMap(([time, rows], at) => {
    if (at < from) {
      watch.teach(time, rows);
      return [];
    }
    return watch.push(time, rows);
  });
  return { watch, points };
}

describe("a fleet", () => {
  it("only learns for half an hour, then finds the pod that leaves the others", () => {
    const { points } = play();
    const at = (row: number) => points.slice(row * 6, row * 6 + 6);
    expect(at(29).every(({ state }) => state === "learning")).toBe(true);
    expect(at(31).every(({ state }) => state !== "learning")).toBe(true);
    expect(at(HOT + 2)[2]?.state).toBe("anomalous");
    const updates = points.slice(HOT * 6, (HOT + 10) * 6).flatMap(({ update }) => update ?? []);
    const first = updates.reduce((worst, one) => (one.peakScore > worst.peakScore ? one : worst));
    expect(first).toMatchObject({ entity: "pod-2", service: "dbs", detector: "fleet" });
    expect(first?.contributions[0]).toMatchObject({ metric: "cpu", expected: expect.closeTo(10, -1) });
  });

  it("continues from its state, taught again by history, with the same event", () => {
    const whole = play();
    const before = play(undefined, 0, HOT + 4);
    const state = JSON.parse(JSON.stringify(before.watch.state())) as FleetState;
    const after = play(state, HOT + 4);
    const last = (points: typeof whole.points) => points.findLast(({ update }) => update !== null)?.update;
    expect(last(after.points)).toEqual(last(whole.points));
  });

  it("ignores what is not later, and says nothing of what has no value", () => {
    const { watch, points } = play();
    const [time, rows] = [...roundsOf(frames)].at(-1) as [number, Map<string, Float64Array>];
    expect(watch.push(time, rows)).toEqual([]);
    expect(points).toHaveLength(ROWS * 6);
    const empty = watch.push(time + 60, new Map([["pod-1", Float64Array.of(Number.NaN, Number.NaN)]]));
    expect(empty[0]).toMatchObject({ state: "missing", score: Number.NaN, missing: METRICS });
  });

  it("replays the past for a backtest: history teaches, the range is judged", async () => {
    const replayed = await replayFleet(createFleetWatch(who), "dbs", frames, 300 * 60, async () => {});
    expect(replayed).toHaveLength(6);
    expect(replayed[2]).toMatchObject({ entity: "pod-2", points: 60 });
    const opened = replayed[2]?.events.map(([first]) => (first?.openedAt.getTime() ?? 0) / 60_000) ?? [];
    expect(opened.some((minute) => minute >= HOT && minute < HOT + 5)).toBe(true);
  });
});

describe("which detector fits", () => {
  const split = { name: "{{pod}}", by: ["pod"] };
  const whole = { name: "dbs", by: [] };

  it("takes the fleet only for what is split, where it is named first", () => {
    expect(isFleet(split, ["fleet", "default"])).toBe(true);
    expect(isFleet(whole, ["fleet", "default"])).toBe(false);
    expect(isFleet(split, ["default", "fleet"])).toBe(false);
    expect(unitDetector([split, whole], ["fleet", "pca"])).toBe("pca");
    expect(unitDetector([split], ["fleet"])).toBe("default");
  });

  it("refuses a fleet alone for what is not split", () => {
    expect(() => unitDetector([whole], ["fleet"])).toThrow("dbs is not split");
  });
});
