import type { Alert } from "../alert/alert.ts";
import type { AlertFilter } from "../alert/alertmanager.ts";
import { formatMatcher } from "../alert/matcher.ts";
import type { SilenceRequest } from "../alert/silence.ts";
import type { AlertmanagerApi } from "./generated/api.ts";

/**
 * The start to post. Alertmanager refuses an alert whose start is after its end, and it sets the end of one without an end
 * itself: a later start (clocks differ, an announced intervention is cancelled) is sent as the end, or as `now`.
 */
export function acceptableStart(alert: Pick<Alert, "startsAt" | "endsAt">, now: Date): Date {
  const latest = alert.endsAt ?? now;
  return alert.startsAt.getTime() > latest.getTime() ? latest : alert.startsAt;
}

export function toPostable(alert: Alert, now: Date): AlertmanagerApi["postableAlert"] {
  return {
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: acceptableStart(alert, now).toISOString(),
    ...(alert.endsAt === null ? {} : { endsAt: alert.endsAt.toISOString() }),
    ...(alert.generatorURL === undefined ? {} : { generatorURL: alert.generatorURL }),
  };
}

export function toPostableSilence(request: SilenceRequest): AlertmanagerApi["postableSilence"] {
  return {
    ...(request.id === undefined ? {} : { id: request.id }),
    matchers: request.matchers,
    startsAt: request.startsAt.toISOString(),
    endsAt: request.endsAt.toISOString(),
    createdBy: request.createdBy,
    comment: request.comment,
  };
}

/** Query of `GET /alerts` and `GET /alerts/groups`, with its question mark, or nothing. */
export function alertQuery(filter: AlertFilter): string {
  const query = new URLSearchParams();
  for (const matcher of filter.matchers ?? []) {
    query.append("filter", formatMatcher(matcher));
  }
  for (const key of ["active", "silenced", "inhibited", "unprocessed"] as const) {
    if (filter[key] !== undefined) {
      query.set(key, String(filter[key]));
    }
  }
  if (filter.receiver !== undefined) {
    query.set("receiver", filter.receiver);
  }
  return query.size === 0 ? "" : `?${query}`;
}
