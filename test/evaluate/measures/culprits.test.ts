import { describe, expect, it } from "vitest";
import { culpritScores } from "../../../src/evaluate/measures/culprits.ts";

const RULE = { looked: 300, excused: 600 };
const times = Array.from({ length: 100 }, (_, i) => i * 60);
const entity = (name: string, scores: Readonly<Record<number, number>>, alerts: readonly number[] = []) => ({
  name,
  times,
  scores: times.map((_, i) => scores[i] ?? 0.1),
  alerts: times.map((_, i) => (alerts.includes(i) ? 1 : 0)),
});

describe("culpritScores", () => {
  it("ranks by the highest score soon after the fault, and never lets a tie win", () => {
    const entities = [entity("a", { 12: 5 }), entity("b", { 13: 4, 30: 9 }), entity("c", { 14: 4 }), entity("d", {})];
    const at = (name: string) => culpritScores([{ time: 600, entity: name, type: "cpu" }], entities, RULE);
    expect(at("a")).toMatchObject({ first: 1, amongThree: 1, byType: { cpu: [1, 1] } });
    expect(at("b")).toMatchObject({ first: 0, amongThree: 1 });
    expect(at("d")).toMatchObject({ first: 0, amongThree: 0 });
    expect(at("unknown")).toMatchObject({ first: 0, amongThree: 0 });
  });

  it("counts events that begin away from faults, per entity and day", () => {
    const entities = [entity("a", {}, [11, 40, 41]), entity("b", {}, [70])];
    const { events } = culpritScores([{ time: 600, entity: "a", type: "cpu" }], entities, RULE);
    expect(events.falsePerDay).toBeCloseTo(2 / ((2 * 100 * 60) / 86_400), 9);
    expect(events).toMatchObject({ found: 1, medianDelay: 60, medianLength: 0, byType: { cpu: [1, 1] } });
  });

  it("does not count a fault as found by an event that was open before it, or by one of another entity", () => {
    const faults = [{ time: 600, entity: "a", type: "cpu" }];
    const before = [entity("a", {}, [9, 10, 11, 12]), entity("b", {}, [12])];
    expect(culpritScores(faults, before, RULE).events).toMatchObject({ found: 0, medianDelay: Number.NaN });
    const late = [entity("a", {}, [16])];
    expect(culpritScores(faults, late, RULE).events).toMatchObject({ found: 0, falsePerDay: 0 });
  });

  it("has nothing to say without faults or rows", () => {
    expect(culpritScores([], [{ name: "a", times: [], scores: [], alerts: [] }], RULE)).toMatchObject({
      first: 0,
      faults: 0,
      events: { found: 0, faults: 0, falsePerDay: Number.NaN },
    });
  });
});
