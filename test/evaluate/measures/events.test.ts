import { describe, expect, it } from "vitest";
import { eventScores } from "../../../src/evaluate/measures/events.ts";
import { hitRate, parseInterpretation } from "../../../src/evaluate/measures/hit-rate.ts";

describe("eventScores", () => {
  it("counts events that meet a segment, segments found, and their delay", () => {
    const labels = [0, 1, 1, 1, 0, 0, 0, 1, 0, 0];
    const alerts = [0, 0, 1, 0, 0, 1, 0, 0, 0, 0];
    expect(eventScores(labels, alerts, 1)).toMatchObject({
      precision: 0.5,
      recall: 0.5,
      f1: 0.5,
      falseEvents: 1,
      medianDelay: 1,
      foundSoon: 0.5,
      ordinaryInAlert: 1 / 6,
    });
  });

  it("tells events that begin in a segment from those that were open, when they end, and how often one is split", () => {
    const labels = [0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0];
    const alerts = [0, 1, 1, 1, 1, 1, 0, 0, 1, 0, 1, 0, 0];
    expect(eventScores(labels, alerts, 1)).toMatchObject({ found: 2, begun: 1, endDelays: [2, 0], splitEvents: 1 });
  });

  it("takes silence over nothing as right", () => {
    expect(eventScores([0, 0], [0, 0], 1)).toMatchObject({ precision: 1, recall: 1, medianDelay: Number.NaN });
  });
});

describe("hitRate", () => {
  const found = parseInterpretation("2-4:1,3\n\n5-6:2\n");

  it("reads ranges that end one past the last row and metrics from 1", () => {
    expect(found).toEqual([
      { from: 2, to: 3, metrics: [0, 2] },
      { from: 5, to: 5, metrics: [1] },
    ]);
  });

  it("is the share of true metrics among the first by mean contribution", () => {
    const amounts = [3, 2, 1];
    expect(hitRate(found, 3, (_, metric) => amounts[metric] ?? 0, 1)).toBe((0.5 + 0) / 2);
    expect(hitRate(found, 3, (_, metric) => amounts[metric] ?? 0, 1.5)).toBe((1 + 0) / 2);
  });

  it("names a line that is not an interpretation", () => {
    expect(() => parseInterpretation("2-4")).toThrow('"2-4"');
  });
});
