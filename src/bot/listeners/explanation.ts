import type { AlertGroup } from "../../alert/group.ts";
import type { Desk } from "../desk.ts";
import { explainMessage } from "../messages/explain.ts";
import type { Payload } from "../messages/payload.ts";

const EXPLAINED_ALERTS = 5;

/** Gathers what is known about a group: its anomalies, and what happened to its first alerts. */
export async function explanation(desk: Desk, group: AlertGroup): Promise<Payload> {
  const [anomalies, ...histories] = await Promise.all([
    desk.status.anomaliesOf(group),
    ...group.alerts.slice(0, EXPLAINED_ALERTS).map((alert) => desk.store.history.of(alert.fingerprint)),
  ]);
  return explainMessage(group, anomalies, histories.flat());
}
