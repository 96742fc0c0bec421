import type { Logger } from "pino";
import type { Alert } from "../../alert/alert.ts";
import type { AlertSink } from "../../alert/alert-sink.ts";
import type { TransferIncident } from "../model/incident.ts";

const MOST_PENDING = 5000;

/**
 * Brings incidents to Alertmanager as enriched alerts: open ones at every call, which keeps them from being resolved; closed
 * ones until Alertmanager has taken them.
 */
export function createAlertPush({
  sink,
  toAlert,
  log,
}: {
  readonly sink: AlertSink;
  readonly toAlert: (incident: TransferIncident) => Alert;
  readonly log: Logger;
}) {
  const pending = new Map<string, TransferIncident>();
  let failing = false;

  async function push(open: readonly TransferIncident[], closed: readonly TransferIncident[]): Promise<void> {
    for (const incident of closed) {
      if (pending.size < MOST_PENDING) {
        pending.set(incident.id, incident);
      }
    }
    const wanted = [...pending.values(), ...open];
    if (wanted.length === 0) {
      return;
    }
    try {
      await sink.push(wanted.map(toAlert));
      pending.clear();
      failing = false;
    } catch (error) {
      if (!failing) {
        log.warn(
          { reason: (error as Error).message, waiting: wanted.length },
          "alerts of transfers wait for alertmanager",
        );
      }
      failing = true;
    }
  }
  /** Closed ones that Alertmanager has not taken yet. */
  return { push, pending: (): readonly TransferIncident[] => [...pending.values()] };
}
