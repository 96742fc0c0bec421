import type { Logger } from "pino";
import type { Alert, Labels } from "../../alert/alert.ts";
import type { AlertSink } from "../../alert/alert-sink.ts";
import type { Alertmanager } from "../../alert/alertmanager.ts";
import type { Anomaly } from "../../alert/anomaly.ts";
import type { Clock } from "../../alert/clock.ts";
import { fingerprint } from "../../alert/fingerprint.ts";
import { equals } from "../../alert/matcher.ts";
import { ANOMALY_ALERT } from "../../alert/names.ts";
import { hasRisen, pushedLabels } from "../alerts/anomaly-alerts.ts";
import { isMuted } from "./ledger.ts";

const MAX_PENDING = 10_000;

export interface AnomalyPushParts {
  readonly alertmanager: Pick<Alertmanager, "alerts">;
  readonly sink: AlertSink;
  /** @param pushed labels it was pushed with before; they stay while it lives */
  readonly toAlert: (anomaly: Anomaly, pushed: Labels | null) => Alert;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Brings anomalies to Alertmanager as enriched alerts: open ones are sent again at every call, which keeps them from
 * being resolved; closed ones once, and again until Alertmanager has taken them. Muted ones are not sent; one that was sent
 * before it was muted is sent as resolved.
 */
export function createAnomalyPush({ alertmanager, sink, toAlert, clock, log }: AnomalyPushParts) {
  const closed = new Map<string, Anomaly>();
  const pushed = new Map<string, Labels>();
  /** Labels as they were made, before stages changed them; after a restart those that were pushed. */
  const given = new Map<string, Labels>();
  let failing = false;
  /** After a restart the labels that an alert lives with are known only to Alertmanager. */
  async function recall(wanted: readonly Anomaly[]): Promise<void> {
    const forgotten = wanted.filter(({ id }) => !pushed.has(id));
    if (forgotten.length === 0) {
      return;
    }
    const active = await alertmanager.alerts({ matchers: [equals("alertname", ANOMALY_ALERT)] });
    for (const anomaly of forgotten) {
      const labels = pushedLabels(anomaly, active);
      if (labels !== null) {
        pushed.set(anomaly.id, labels);
      }
    }
  }
  /** As Alertmanager shall see it; null for what it shall not see. */
  const seenBy = (anomaly: Anomaly): Anomaly | null => {
    if (!isMuted(anomaly)) {
      return anomaly;
    }
    return pushed.has(anomaly.id) ? { ...anomaly, closedAt: anomaly.closedAt ?? clock() } : null;
  };
  /** What an anomaly's alert was before it rose or came to be of many, as resolved: with other labels it is another alert. */
  const endsOf = (wanted: readonly Anomaly[], accepted: readonly Alert[]): readonly Alert[] =>
    wanted.flatMap(({ id }, index) => {
      const [alert, before] = [accepted[index], pushed.get(id)];
      return alert === undefined || before === undefined || fingerprint(before) === fingerprint(alert.labels)
        ? []
        : [{ ...alert, labels: before, endsAt: clock() }];
    });
  const alertOf = (anomaly: Anomaly): Alert => {
    const made = given.get(anomaly.id) ?? pushed.get(anomaly.id);
    const isRisen = made !== undefined && hasRisen(anomaly, made);
    const alert = toAlert(anomaly, isRisen ? null : (pushed.get(anomaly.id) ?? null));
    if (made === undefined || isRisen) {
      making.set(anomaly.id, alert.labels);
    }
    return alert;
  };
  /** Labels made in this round: they count once Alertmanager has taken the alert. */
  const making = new Map<string, Labels>();
  return async (anomalies: readonly Anomaly[]): Promise<void> => {
    const told = anomalies.flatMap((anomaly) => seenBy(anomaly) ?? []);
    for (const anomaly of told.filter(({ closedAt }) => closedAt !== null)) {
      if (closed.size < MAX_PENDING) {
        closed.set(anomaly.id, anomaly);
      }
    }
    const wanted = [...closed.values(), ...told.filter(({ closedAt }) => closedAt === null)];
    if (wanted.length === 0) {
      return;
    }
    try {
      await recall(wanted);
      making.clear();
      const accepted = await sink.push(wanted.map(alertOf));
      const ends = endsOf(wanted, accepted);
      if (ends.length > 0) {
        await sink.push(ends);
      }
      for (const [id, labels] of making) {
        given.set(id, labels);
      }
      wanted.forEach(({ id }, index) => {
        pushed.set(id, accepted[index]?.labels ?? {});
      });
      for (const id of closed.keys()) {
        pushed.delete(id);
        given.delete(id);
      }
      closed.clear();
      if (failing) {
        log.info({ alerts: wanted.length }, "alertmanager accepts anomalies again");
      }
      failing = false;
    } catch (error) {
      if (!failing) {
        log.warn(
          { reason: (error as Error).message, waiting: wanted.length },
          "anomalies could not be sent to alertmanager; they wait",
        );
      }
      failing = true;
    }
  };
}
