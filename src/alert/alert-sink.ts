import type { Alert } from "./alert.ts";

/** Gives our own alerts what people need before they are sent: severity, runbook, annotations. Same length and order. */
export type Enrich = (alerts: readonly Alert[], now: Date) => readonly Alert[];

/** Takes alerts that cmswatch makes itself, enriches them once, and brings them to Alertmanager. */
export interface AlertSink {
  /** @returns the alerts as they were accepted @throws when no Alertmanager accepted them: push them again */
  push(alerts: readonly Alert[]): Promise<readonly Alert[]>;
}
