import type { ActiveAlert } from "./alert.ts";

/** A person as rosters and the audit log name them. */
export interface Person {
  readonly name: string;
  /** Slack member id (`U…`), when known. */
  readonly slackId?: string;
  readonly email?: string;
}

/** A remedy proposed for a group, with the reason for its rank. */
export interface Solution {
  readonly id: string;
  readonly text: string;
  readonly source: "runbook" | "history";
  readonly reason: string;
}

/** What to read about an alert. */
export interface RunbookLink {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly firstSteps: readonly string[];
  /** 1 for an exact match by front matter, less for a match by text. */
  readonly confidence: number;
}

/** Alerts that people should see as one thing: one message, one acknowledgement, one page. */
export interface AlertGroup {
  readonly id: string;
  /** A line a person would write: what is wrong with what. */
  readonly title: string;
  readonly service: string | null;
  readonly severity: string;
  readonly state: "firing" | "acknowledged" | "silenced" | "resolved";
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  readonly alerts: readonly ActiveAlert[];
  /** Fingerprint of the alert taken as the cause. */
  readonly rootFingerprint: string | null;
  readonly runbook: RunbookLink | null;
  readonly solutions: readonly Solution[];
  readonly owners: readonly string[];
  /** Why these belong together, why this severity: one sentence each. */
  readonly reasons: readonly string[];
}
