import type { ActiveAlert, Labels } from "../alert/alert.ts";
import type { AlertGroup, RunbookLink, Solution } from "../alert/group.ts";
import type { Assignment } from "./grouping/types.ts";

/** Why a stage did what it did to an alert; a sentence for people. */
export interface StageReason {
  readonly stage: string;
  readonly text: string;
}

/** One alert on its way through the pipeline. */
export interface Item {
  /** As it was received: its labels are what silences and acknowledgements must match. */
  readonly source: ActiveAlert;
  /** With what the stages changed; never with another identity than its labels say. */
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Grafana dashboards with these tags are annotated for it. */
  readonly dashboardTags: readonly string[];
  readonly assignment: Assignment | null;
  readonly runbook: RunbookLink | null;
  readonly solutions: readonly Solution[];
  readonly reasons: readonly StageReason[];
}

/** What stages need besides the alerts. */
export interface StageContext {
  readonly now: Date;
  /** Groups that a person has acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** Silences of our own for storms and copies: what only they hide still fires for people. */
  readonly ownSilences: ReadonlySet<string>;
}

/** The alerts, and the groups once a stage has made them. */
export interface Batch {
  readonly items: readonly Item[];
  readonly groups: readonly AlertGroup[];
  /** Alerts left out on purpose, each with its reason. */
  readonly dropped: readonly { readonly alert: ActiveAlert; readonly reason: string }[];
  /** What failed: the alert (null: the stage as a whole) went on without this stage. */
  readonly failures: readonly { readonly fingerprint: string | null; readonly error: Error }[];
}

/** One step. It may change, group or (with a reason) drop alerts; it must not forget any. */
export interface Stage {
  readonly name: string;
  run(batch: Batch, context: StageContext): Batch;
}

/** What one stage did in one run. */
export interface StageReport {
  readonly stage: string;
  readonly alertsIn: number;
  readonly alertsOut: number;
  readonly changed: number;
  readonly milliseconds: number;
  /** One line per failure: which alert, and what went wrong. */
  readonly failures: readonly string[];
}

/** What a stage wants changed in one alert, with its reason. */
export type Change = Partial<Omit<Item, "source" | "reasons">> & { readonly reason?: string };

/** A stage that looks at one alert at a time. Where it throws, that alert goes on unchanged and the failure is noted. */
export function eachAlert(name: string, change: (item: Item, context: StageContext) => Change | null): Stage {
  return {
    name,
    run(batch, context) {
      const failures = [...batch.failures];
      const items = batch.items.map((item) => {
        try {
          return applyChange(item, name, change(item, context));
        } catch (error) {
          failures.push({ fingerprint: item.source.fingerprint, error: toError(error) });
          return item;
        }
      });
      return { ...batch, items, failures };
    },
  };
}

/** The item with the change, and the reason noted under the stage's name. */
export function applyChange(item: Item, stage: string, change: Change | null): Item {
  if (change === null) {
    return item;
  }
  const { reason, ...rest } = change;
  return {
    ...item,
    ...rest,
    reasons: reason === undefined ? item.reasons : [...item.reasons, { stage, text: reason }],
  };
}

/** Whatever was thrown, as an Error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
