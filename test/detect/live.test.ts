import { describe, expect, it } from "vitest";
import { createLive, type LivePoint } from "../../src/detect/live.ts";
import { findDetector } from "../../src/detect/registry.ts";
import { loadUnit, saveUnit, trainUnit, type UnitOptions } from "../../src/detect/unit.ts";
import { rowOf, synthetic } from "./synthetic.ts";

const METRICS = ["request_rate", "latency_seconds", "cpu"];
const ordinary = (_row: number, metric: number, noise: () => number) =>
  ([50, 0.2, 0.4][metric] ?? 0) * (1 + 0.05 * noise());
const history = synthetic(2000, METRICS, ordinary);
const who = { entity: "dbs-0", service: "dbs" };

async function train(options: Partial<UnitOptions> = {}) {
  return trainUnit(await findDetector("mahalanobis"), history, { seed: 1, ...options });
}

function pushAll(live: ReturnType<typeof createLive>, frame: typeof history, from = 0): LivePoint[] {
  return Array.from({ length: frame.rows - from }, (_, i) => {
    const point = live.push(frame.times?.[from + i] ?? 0, rowOf(frame, from + i));
    return { ...point, contributions: point.contributions.slice() };
  });
}

/** Ordinary, but latency is threefold in rows 50–69. */
const slow = synthetic(
  120,
  METRICS,
  (row, metric, noise) => ordinary(row, metric, noise) * (metric === 1 && row >= 50 && row < 70 ? 3 : 1),
  { seed: 2 },
);

describe("createLive", () => {
  it("opens, updates and closes one event for an excursion, and says what moved", async () => {
    const points = pushAll(createLive(await train(), who), slow);
    const updates = points.flatMap(({ update }) => (update === null ? [] : [update]));
    expect(new Set(updates.map(({ id }) => id)).size).toBe(1);
    const first = updates[0];
    expect(first).toMatchObject({ ...who, kind: "point", class: "performance", closedAt: null });
    expect(first?.openedAt).toEqual(new Date((slow.times?.[50] ?? 0) * 1000));
    expect(first?.contributions[0]).toMatchObject({ metric: "latency_seconds" });
    expect(first?.contributions[0]?.seen).toBeGreaterThan(0.4);
    expect(first?.contributions[0]?.expected).toBeCloseTo(0.2, 1);
    expect(first?.contributions.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    expect(first?.evidence[0]).toContain("latency_seconds is 0.");
    expect(updates.at(-1)?.closedAt).toBeInstanceOf(Date);
    expect(points.slice(0, 50).every(({ state }) => state === "ok")).toBe(true);
  });

  it("continues after a restart as if it had not stopped", async () => {
    const unit = await train();
    const whole = pushAll(createLive(unit, who), slow);
    const before = createLive(unit, who);
    for (let i = 0; i < 55; i++) {
      before.push(slow.times?.[i] ?? 0, rowOf(slow, i));
    }
    const loaded = await loadUnit(saveUnit(unit), findDetector);
    expect(loaded.version).toBe(unit.version);
    const after = createLive(loaded, who, JSON.parse(JSON.stringify(before.state())));
    expect(pushAll(after, slow, 55)).toEqual(whole.slice(55));
  });

  it("gives the last answer again for a point that is not later", async () => {
    const live = createLive(await train(), who);
    const first = live.push(1000, [50, 0.2, 0.4]);
    expect(live.push(1000, [5000, 20, 40])).toEqual({ ...first, update: null });
    expect(live.push(900, [5000, 20, 40]).score).toBe(first.score);
  });

  it("takes missing values as missing, and opens an availability event when none comes at all", async () => {
    const live = createLive(await train(), who);
    const partly = live.push(1, [50, Number.NaN, Number.POSITIVE_INFINITY]);
    expect(partly).toMatchObject({ state: "ok", missing: ["latency_seconds", "cpu"] });
    const none = [Number.NaN, Number.NaN, Number.NaN];
    const points = Array.from({ length: 10 }, (_, i) => live.push(2 + i, none));
    expect(points[0]).toMatchObject({ state: "missing", score: Number.NaN, update: null });
    const opened = points.find(({ update }) => update !== null)?.update;
    expect(opened).toMatchObject({ class: "availability", closedAt: null });
    expect(opened?.evidence[0]).toContain("no data");
    const back = Array.from({ length: 5 }, (_, i) => live.push(20 + i, [50, 0.2, 0.4]));
    expect(back.at(-1)?.update?.closedAt).not.toBeNull();
  });

  it("does not open for a direction or an amount that does not count", async () => {
    for (const rule of [
      { direction: "down", floor: 0 },
      { direction: "both", floor: 10 },
    ] as const) {
      const unit = await train({ metricRules: { latency_seconds: rule } });
      expect(pushAll(createLive(unit, who), slow).filter(({ update }) => update !== null)).toEqual([]);
    }
  });

  it("refuses a row of another length", async () => {
    expect(() => createLive({} as never, who)).toThrow();
    const unit = await train();
    expect(() => createLive(unit, who).push(1, [1])).toThrow("a row of 1 values where dbs-0 has 3 metrics");
  });
});

describe("trainUnit", () => {
  it("says how many rows are needed when there are ten", async () => {
    const short = synthetic(10, METRICS, ordinary);
    await expect(
      findDetector("mahalanobis").then((found) => trainUnit(found, short, { seed: 1 })),
    ).rejects.toMatchObject({
      name: "NotEnoughHistory",
      have: 10,
      needed: 30,
    });
  });
});

describe("loadUnit", () => {
  it("says so for bytes that are no unit, were cut short, or have another format", async () => {
    const bytes = saveUnit(await train());
    await expect(loadUnit(new TextEncoder().encode("hello world"), findDetector)).rejects.toThrow(
      "not a model of cmswatch",
    );
    await expect(loadUnit(bytes.subarray(0, 100), findDetector)).rejects.toThrow("cut short");
    await expect(loadUnit(bytes.subarray(0, bytes.length - 8), findDetector)).rejects.toThrow("cut short");
    const other = Buffer.from(Buffer.from(bytes).toString("latin1").replace('"format":1', '"format":7'), "latin1");
    await expect(loadUnit(other, findDetector)).rejects.toThrow("damaged");
  });

  it("fits its tail again to ordinary scores that go further than history's, never to those of an event", async () => {
    const unit = await train();
    const restless = synthetic(6000, METRICS, (row, metric, noise) => {
      const value = ordinary(row, metric, noise);
      return row % 41 === 0 ? value * 1.06 : value;
    });
    const live = createLive(unit, who);
    const points = pushAll(live, restless);
    expect(points.at(-1)?.threshold).toBeCloseTo(4, 6);
    expect(live.state().spot.fitted).not.toBeNull();
    const before = live.state().spot;
    const incident = synthetic(60, METRICS, (row, metric, noise) => ordinary(row, metric, noise) * 3, { seed: 5 });
    incident.times?.forEach((_, i) => {
      live.push((restless.times?.[5999] ?? 0) + 60 * (i + 1), rowOf(incident, i));
    });
    expect(live.state().tracker.gate.isOpen).toBe(true);
    expect(live.state().spot).toEqual(before);
  });
});
