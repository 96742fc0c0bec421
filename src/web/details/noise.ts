import type { AlertChange, Store } from "../../store/store.ts";
import type { NoiseView } from "../detail-views.ts";
import { collect } from "./collect.ts";

const MAX_CHANGES = 50_000;
const LOUDEST = 15;

/** What alerts have cost people since then, by service and by alert: those that nobody ever takes are noise. */
export async function noiseReport(store: Store, since: Date): Promise<NoiseView> {
  const changes = await store.history.since(since, MAX_CHANGES);
  const began = changes.filter(({ state }) => state === "firing");
  const taken = new Set(changes.filter(({ state }) => state === "acknowledged").map(groupOf));
  const silenced = new Set(changes.filter(({ state }) => state === "silenced").map(({ fingerprint }) => fingerprint));
  const ends = new Map(
    changes.filter(({ state }) => state === "resolved").map((change) => [change.fingerprint, change.at]),
  );
  const services = [...collect(began, serviceOf)].map(([service, alerts]) => ({
    service,
    alerts: alerts.length,
    groups: new Set(alerts.map(groupOf)).size,
    acknowledged: alerts.filter((alert) => taken.has(groupOf(alert))).length,
    medianMinutes: median(alerts.flatMap((alert) => minutesUntil(alert, ends.get(alert.fingerprint)))),
  }));
  const loudest = [...collect(began, (alert) => `${alert.labels["alertname"] ?? ""}\n${serviceOf(alert)}`)].map(
    ([key, alerts]) => {
      const [name = "", service = ""] = key.split("\n");
      return {
        name,
        service,
        alerts: alerts.length,
        acknowledged: alerts.filter((alert) => taken.has(groupOf(alert))).length,
      };
    },
  );
  const byCount = (left: { alerts: number }, right: { alerts: number }) => right.alerts - left.alerts;
  return {
    since: since.toISOString(),
    alerts: began.length,
    groups: new Set(began.map(groupOf)).size,
    acknowledged: began.filter((alert) => taken.has(groupOf(alert))).length,
    silenced: silenced.size,
    services: services.sort(byCount),
    loudest: loudest.sort(byCount).slice(0, LOUDEST),
  };
}

function groupOf({ groupId, fingerprint }: AlertChange): string {
  return groupId ?? fingerprint;
}

function serviceOf({ labels }: AlertChange): string {
  return labels["service"] ?? "(no service)";
}

function minutesUntil(alert: AlertChange, end: Date | undefined): readonly number[] {
  return end === undefined || end < alert.at ? [] : [(end.getTime() - alert.at.getTime()) / 60_000];
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
