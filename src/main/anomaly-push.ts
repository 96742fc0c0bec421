import type { Logger } from "pino";
import type { Alert } from "../alert/alert.ts";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Anomaly } from "../alert/anomaly.ts";
import type { Clock } from "../alert/clock.ts";
import type { Pipeline } from "../intelligence/pipeline.ts";

const MAX_PENDING = 10_000;

export interface AnomalyPushParts {
  readonly alertmanager: Alertmanager;
  readonly pipeline: Pipeline;
  readonly toAlert: (anomaly: Anomaly) => Alert;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Brings anomalies to Alertmanager as enriched alerts: open ones are sent again at every call, which keeps them from
 * being resolved; closed ones once, and again until Alertmanager has taken them.
 */
export function createAnomalyPush({ alertmanager, pipeline, toAlert, clock, log }: AnomalyPushParts) {
  const closed = new Map<string, Anomaly>();
  let failing = false;
  return async (anomalies: readonly Anomaly[]): Promise<void> => {
    for (const anomaly of anomalies.filter(({ closedAt }) => closedAt !== null)) {
      if (closed.size < MAX_PENDING) {
        closed.set(anomaly.id, anomaly);
      }
    }
    const wanted = [...closed.values(), ...anomalies.filter(({ closedAt }) => closedAt === null)];
    if (wanted.length === 0) {
      return;
    }
    try {
      await alertmanager.post(pipeline.enrich(wanted.map(toAlert), clock()));
      closed.clear();
      if (failing) {
        log.info({ alerts: wanted.length }, "alertmanager takes anomalies again");
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
