import { type Anomaly, type AnomalyContext, NO_CONTEXT } from "../../../src/alert/anomaly.ts";

/** Minutes after a fixed noon, a Monday. */
export function minute(minutes: number): Date {
  return new Date(Date.UTC(2026, 5, 1, 12) + minutes * 60_000);
}

/** An event of dbs, led by latency. */
export function event(
  id: string,
  { context, ...more }: Partial<Omit<Anomaly, "context">> & { readonly context?: Partial<AnomalyContext> } = {},
): Anomaly {
  return {
    id,
    entity: "dbs",
    service: "dbs",
    detector: "default",
    modelVersion: "1",
    kind: "point",
    class: "performance",
    openedAt: minute(0),
    updatedAt: minute(5),
    closedAt: minute(5),
    peakAt: minute(2),
    score: 6,
    peakScore: 8,
    threshold: 4,
    contributions: [
      { metric: "latency", share: 0.8, seen: 5, expected: 1 },
      { metric: "cpu", share: 0.2, seen: 2, expected: 1.5 },
    ],
    evidence: ["latency is 5; all of its history is between 0.5 and 1.5"],
    context: { ...NO_CONTEXT, ...context },
    ...more,
  };
}
