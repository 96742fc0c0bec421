import type { StageReport } from "./stage.ts";

/** How one of the pipeline's stages has done so far. */
export interface StageTally {
  /** Milliseconds of its last run. */
  took: number;
  runs: number;
  failures: number;
}

/** How what goes out to one place has done so far. */
export interface DeliveryTally {
  delivered: number;
  failed: number;
  lastSuccess: Date | null;
}

/** Counts of what stages and deliveries did since the start, for /metrics. */
export interface Tally {
  readonly stages: ReadonlyMap<string, Readonly<StageTally>>;
  readonly deliveries: ReadonlyMap<string, Readonly<DeliveryTally>>;
  stage(report: Pick<StageReport, "stage" | "milliseconds" | "failures">): void;
  delivered(to: string, at: Date): void;
  failed(to: string): void;
  /** Either of them. */
  handled(to: string, ok: boolean, at: Date): void;
}

/** An empty tally. Its size is bounded by the number of stages and of places that are told. */
export function createTally(): Tally {
  const stages = new Map<string, StageTally>();
  const deliveries = new Map<string, DeliveryTally>();
  const deliveryTo = (to: string) => {
    const known = deliveries.get(to) ?? { delivered: 0, failed: 0, lastSuccess: null };
    deliveries.set(to, known);
    return known;
  };
  const delivered = (to: string, at: Date) => {
    const known = deliveryTo(to);
    known.delivered += 1;
    known.lastSuccess = at;
  };
  const failed = (to: string) => {
    deliveryTo(to).failed += 1;
  };
  return {
    stages,
    deliveries,
    stage({ stage, milliseconds, failures }) {
      const known = stages.get(stage) ?? { took: 0, runs: 0, failures: 0 };
      stages.set(stage, {
        took: milliseconds,
        runs: known.runs + 1,
        failures: known.failures + failures.length,
      });
    },
    delivered,
    failed,
    handled: (to, ok, at) => (ok ? delivered(to, at) : failed(to)),
  };
}
