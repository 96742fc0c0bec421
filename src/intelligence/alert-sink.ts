import type { AlertSink } from "../alert/alert-sink.ts";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Tally } from "./tally.ts";

export interface AlertSinkParts {
  readonly alertmanager: Pick<Alertmanager, "post">;
  readonly pipeline: Pick<Pipeline, "enrich">;
  readonly tally: Pick<Tally, "delivered" | "failed">;
  readonly clock: Clock;
}

/** The one way of our own alerts to Alertmanager: enriched once, sent, counted. */
export function createAlertSink({ alertmanager, pipeline, tally, clock }: AlertSinkParts): AlertSink {
  return {
    async push(alerts) {
      if (alerts.length === 0) {
        return [];
      }
      const enriched = pipeline.enrich(alerts, clock());
      try {
        await alertmanager.post(enriched);
      } catch (error) {
        tally.failed("alertmanager");
        throw error;
      }
      tally.delivered("alertmanager", clock());
      return enriched;
    },
  };
}
