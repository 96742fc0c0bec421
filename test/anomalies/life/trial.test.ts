import { beforeAll, describe, expect, it } from "vitest";
import { judgeChallenger } from "../../../src/anomalies/life/judge.ts";
import { chooseProbes, holdBack, type Trial, tryUnit } from "../../../src/anomalies/life/trial.ts";
import { findDetector } from "../../../src/detect/registry.ts";
import { trainUnit, type Unit } from "../../../src/detect/unit.ts";
import { synthetic } from "../../detect/synthetic.ts";

const METRICS = ["cpu", "latency"];
const ordinary = (_row: number, metric: number, noise: () => number) => 10 * (metric + 1) + noise();
const history = synthetic(2600, METRICS, ordinary, { step: 60 });
const yieldToEventLoop = async () => {};
const { teaching, recent, from } = holdBack(history, (history.times?.[1999] ?? 0) + 1, 240);
const probes = chooseProbes(recent, from, 1);
let good: Unit;
beforeAll(async () => {
  good = await trainUnit(await findDetector("mahalanobis"), teaching, { seed: 1 });
});

describe("holdBack", () => {
  it("keeps what is judged on out of what teaches, with rows before it to warm up", () => {
    expect(teaching.rows).toBe(2000);
    expect(recent.rows).toBe(840);
    expect(from).toBe(240);
    expect(recent.times?.[from]).toBe(history.times?.[2000]);
  });
});

describe("tryUnit", () => {
  it("measures noise, calibration and whether disturbances are noticed", async () => {
    const trial = await tryUnit(good, recent, from, probes, yieldToEventLoop);
    expect(trial.rows).toBe(600);
    expect(trial.noticed).toBeGreaterThan(0.9);
    expect(trial.alertShare).toBeLessThan(0.05);
    expect(trial.loss).toBeLessThan(0.2);
  });

  it("repeats exactly for a seed, and leaves the rows as they are", async () => {
    const before = recent.values.slice();
    const [one, two] = [
      await tryUnit(good, recent, from, probes, yieldToEventLoop),
      await tryUnit(good, recent, from, chooseProbes(recent, from, 1), yieldToEventLoop),
    ];
    expect(one).toEqual(two);
    expect(recent.values).toEqual(before);
  });

  it("sees that a unit whose threshold is out of reach is blind", async () => {
    const trial = await tryUnit(
      { ...good, bounds: { least: 1e9, most: null } },
      recent,
      from,
      probes,
      yieldToEventLoop,
    );
    expect(trial).toMatchObject({ events: 0, noticed: 0 });
  });

  it("puts no disturbance in where there are too few rows", () => {
    expect(chooseProbes(recent, recent.rows - 10, 1)).toEqual([]);
  });
});

describe("judgeChallenger", () => {
  const trial: Trial = {
    rows: 600,
    days: 1,
    events: 2,
    alertShare: 0.01,
    loss: 0.1,
    noticed: 0.9,
    flags: new Uint8Array(600),
  };

  it("promotes one that is about as good, and says on what that rests", () => {
    const { promote, because, figures } = judgeChallenger(trial, { ...trial, events: 3 });
    expect(promote).toBe(true);
    expect(because).toContain("events a day 3 (2 before)");
    expect(because).toContain("100 % of 600 points");
    expect(figures["agreement"]).toBe(1);
  });

  it.each([
    ["more events", { events: 5 }, "5 events a day instead of 2"],
    ["more time in alert", { alertShare: 0.2 }, "20 % of the time in alert instead of 1 %"],
    ["blindness", { noticed: 0.3 }, "notices 30 % of the test disturbances instead of 90 %"],
    ["scores that fit less", { loss: 0.9 }, "fit less well"],
  ])("refuses one for %s, and says so", (_, worse, reason) => {
    const { promote, because } = judgeChallenger(trial, { ...trial, ...worse });
    expect(promote).toBe(false);
    expect(because).toContain(reason);
  });

  it("does not ask for disturbances where none could be put in", () => {
    const none = { ...trial, noticed: Number.NaN };
    expect(judgeChallenger(none, none)).toMatchObject({ promote: true, figures: { noticed: 0 } });
  });
});
