import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Anomaly } from "../../../src/alert/anomaly.ts";
import { anomalyToAlert, pushedLabels } from "../../../src/anomalies/alerts/anomaly-alerts.ts";
import { catalogue } from "../../intelligence/support.ts";

const anomaly: Anomaly = {
  id: "an-1",
  entity: "dbs",
  service: "dbs",
  detector: "aefc",
  modelVersion: "1",
  kind: "collective",
  class: "performance",
  openedAt: new Date("2024-05-07T12:00:00Z"),
  updatedAt: new Date("2024-05-07T12:05:00Z"),
  closedAt: null,
  peakAt: new Date("2024-05-07T12:03:00Z"),
  score: 5,
  peakScore: 7,
  threshold: 4,
  contributions: [
    { metric: "cpu", share: 0.8, seen: 9.234, expected: 2 },
    { metric: "memory", share: 0.2, seen: 12_300_000_000, expected: null },
  ],
  evidence: ["cpu rose while requests did not"],
};

describe("the alert of an anomaly", () => {
  it("says to a person what was seen, what was expected and since when", () => {
    const { annotations } = anomalyToAlert(anomaly, catalogue, "https://watch.example.org");
    expect(annotations["summary"]).toBe("dbs does not perform as usual: cpu is 9.23 cores, usually 2 cores");
    expect(annotations["description"]).toBe(
      "Cpu is 9.23 cores, usually 2 cores (80 % of the score), since 2024-05-07 12:00 UTC. Memory is 12.3 GB (20 % of the score). Cpu rose while requests did not.",
    );
    expect(annotations["dashboard"]).toBe("https://watch.example.org/services/dbs");
  });

  it("keeps its labels while the anomaly changes", () => {
    const first = anomalyToAlert(anomaly, catalogue, null);
    const later = anomalyToAlert(
      { ...anomaly, score: 20, class: "availability" },
      catalogue,
      null,
      pushedLabels(anomaly, [first]),
    );
    expect(later.labels).toEqual(first.labels);
  });

  it.each([
    ["performance", 5, "warning"],
    ["performance", 9, "medium"],
    ["availability", 5, "high"],
    ["availability", 8, "critical"],
    ["security", 5, "medium"],
  ] as const)("of class %s with score %d at threshold 4 is %s", (kind, score, severity) => {
    expect(anomalyToAlert({ ...anomaly, class: kind, score }, catalogue, null).labels["severity"]).toBe(severity);
  });

  it("ends when the anomaly is closed, and speaks without contributions too", () => {
    const closed = anomalyToAlert(
      { ...anomaly, closedAt: anomaly.updatedAt, contributions: [], evidence: [] },
      catalogue,
      null,
    );
    expect([closed.endsAt, closed.annotations["summary"]]).toEqual([
      anomaly.updatedAt,
      "dbs does not perform as usual",
    ]);
  });

  it.each([
    [1, 50, "info"],
    [3, 50, "info"],
    [9, 50, "info"],
    [10, 50, "warning"],
    [40, 50, "warning"],
    [1, 5, "warning"],
    [1, 4, "warning"],
    [1, 2, "warning"],
  ])("of %d of %d pods is %s, and says how many", (atOnce, scored, severity) => {
    const { labels, annotations } = anomalyToAlert(ofPods(atOnce, scored), catalogue, null);
    expect(labels["severity"]).toBe(severity);
    expect(annotations["summary"]).toMatch(
      new RegExp(`^dbs \\(${atOnce} of ${scored} pods\\) does not perform as usual`),
    );
    expect(annotations["affected"]).toBe(`${atOnce} of ${scored} pods`);
  });

  it("is never less severe for more pods", () => {
    const ranks = ["info", "warning", "medium", "high", "critical"];
    const rank = (atOnce: number, scored: number, more: Partial<Anomaly>) =>
      ranks.indexOf(anomalyToAlert({ ...ofPods(atOnce, scored), ...more }, catalogue, null).labels["severity"] ?? "");
    const counts = fc.integer({ min: 1, max: 300 }).chain((scored) =>
      fc.record({
        scored: fc.constant(scored),
        few: fc.integer({ min: 1, max: scored }),
        many: fc.integer({ min: 1, max: scored }),
        score: fc.double({ min: 4, max: 20, noNaN: true }),
        class: fc.constantFrom("performance", "availability", "security"),
      }),
    );
    fc.assert(
      fc.property(counts, ({ scored, few, many, ...more }) => {
        const [fewer, rest] = [Math.min(few, many), Math.max(few, many)];
        return rank(fewer, scored, more) <= rank(rest, scored, more);
      }),
    );
  });
});

function ofPods(atOnce: number, scored: number): Anomaly {
  const member = { id: "p", entity: "dbs-1", openedAt: anomaly.openedAt, closedAt: null, peakScore: 8, metric: "cpu" };
  const none = { firstMove: null, similar: null, suspects: [], lowered: [], course: [] };
  return {
    ...anomaly,
    context: { ...none, members: [member], affected: atOnce, now: atOnce, atOnce, scored, parts: "pods" },
  };
}
