import type { Logger } from "pino";
import { atMostEvery, type Clock } from "../alert/clock.ts";
import type { Config } from "../config/schema.ts";
import { syncAnnotations } from "../grafana/annotation-sync.ts";
import { createGrafanaClient } from "../grafana/client.ts";
import type { CurrentState } from "../status/current-state.ts";
import type { Item } from "./stage.ts";
import { wantedAnnotations } from "./wanted-annotations.ts";

const EVERY = 60_000;

/**
 * Keeps Grafana's annotations in step with the alerts, at most once a minute; does nothing where no Grafana is configured.
 * Grafana being away is said in the sources' health, and tried again.
 */
export function createAnnotator(
  config: Config,
  { current, clock, log }: { current: CurrentState; clock: Clock; log: Logger },
): (items: readonly Item[], now: Date) => Promise<void> {
  if (config.grafana.url === undefined) {
    return async () => {};
  }
  const grafana = createGrafanaClient(config.grafana, clock);
  const isDue = atMostEvery(EVERY, clock);
  const tell = (fault: string | null, now: Date) => {
    const before = current.sources().find(({ name }) => name === "grafana");
    if (fault !== null && before?.state !== "down") {
      log.warn({ fault }, "grafana cannot be annotated; tried again in a minute");
    }
    current.setSource({
      name: "grafana",
      every: EVERY,
      state: fault === null ? "ok" : "down",
      at: fault === null ? now : (before?.at ?? null),
      because: fault ?? "annotations are in step",
    });
  };
  return async (items, now) => {
    if (!isDue()) {
      return;
    }
    try {
      const { faults } = await syncAnnotations(grafana, wantedAnnotations(items), now);
      tell(faults[0] ?? null, now);
    } catch (error) {
      tell((error as Error).message, now);
    }
  };
}
