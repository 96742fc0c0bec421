import type { AlertGroup, Person } from "./group.ts";

/** What parts of the running service tell each other: the past tense of what happened, and its subject. */
export interface ServiceEvents {
  /** A look at all alerts is over; all groups as they are now. */
  readonly "groups seen": { readonly groups: readonly AlertGroup[]; readonly now: Date };
  /** Alertmanager restarted and forgot all alerts: who sends some sends them again now. */
  readonly "alertmanager restarted": Readonly<Record<string, never>>;
  /** A person took a group: acknowledged or silenced it. */
  readonly "group answered": { readonly groupId: string; readonly person: Person; readonly at: Date };
  /** A person closed an anomaly: its further course is not alerted on. */
  readonly "anomaly closed": { readonly id: string };
  /** A run of data quality ended. */
  readonly "run ended": { readonly run: number };
  /** A person overruled verdicts of a run, or took that back. */
  readonly "run overruled": { readonly run: number };
}
