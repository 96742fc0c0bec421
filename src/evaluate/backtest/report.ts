import type { AnomalyClass, AnomalyKind, Lowering } from "../../alert/anomaly.ts";
import type { NoiseEstimate } from "../../anomalies/life/noise.ts";

/** What the command line asked for. */
export interface BacktestOptions {
  readonly config?: string;
  readonly from?: string;
  readonly to?: string;
  readonly history?: string;
  readonly train?: string;
  readonly test?: string;
  readonly pairs?: string;
  readonly detector?: string;
  readonly service?: string;
  readonly limit: string;
  readonly json?: boolean;
}

/** One alert that people would have got. */
export interface PastAlert {
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly service: string;
  readonly entity: string;
  readonly severity: string;
  readonly kind: AnomalyKind;
  readonly class: AnomalyClass;
  readonly summary: string;
  /** What made it less serious, or kept it from being told of. */
  readonly lowered: readonly Pick<Lowering, "by" | "because">[];
  readonly told: readonly string[];
}

/** What a configuration would have alerted on. */
export interface BacktestReport {
  readonly source: string;
  readonly from: string;
  readonly to: string;
  readonly detector: string;
  readonly noise: NoiseEstimate;
  /** Who would have been told how often, most first. */
  readonly told: readonly { readonly who: string; readonly alerts: number; readonly perDay: number }[];
  readonly alerts: readonly PastAlert[];
  /** Events of which nobody would have been told: people called such ordinary. */
  readonly muted: readonly PastAlert[];
  /** What feedback, announced interventions, holidays and the number of entities changed, and how often. */
  readonly changes: readonly {
    readonly by: Lowering["by"];
    readonly because: string;
    readonly effect: "nobody is told" | "one step less severe";
    readonly alerts: number;
  }[];
  /** Entities that could not be scored, and why; what else to know. */
  readonly notes: readonly string[];
}
