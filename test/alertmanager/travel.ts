import { z } from "zod";
import type { Alert } from "../../src/alert/alert.ts";
import type { AlertFilter, AlertmanagerStatus, NotificationGroup } from "../../src/alert/alertmanager.ts";
import { labelSet } from "../../src/alert/label-set.ts";
import { type Matcher, MatcherSyntaxError, parseMatcher } from "../../src/alert/matcher.ts";
import type { Silence, SilenceRequest } from "../../src/alert/silence.ts";
import type { ListedAlert } from "../../src/alertmanager/embedded/embedded.ts";
import { EmbeddedRefusal } from "../../src/alertmanager/embedded/refusal.ts";
import type { AlertmanagerApi } from "../../src/alertmanager/generated/api.ts";

const time = z
  .string()
  .transform((text) => new Date(text))
  .refine((date) => !Number.isNaN(date.getTime()), { error: "is not a time" });

const postedAlertsSchema = z.array(
  z.object({
    labels: labelSet,
    annotations: labelSet.nullish(),
    startsAt: time.nullish(),
    endsAt: time.nullish(),
    generatorURL: z.string().nullish(),
  }),
);

const postedSilenceSchema = z.object({
  id: z.string().nullish(),
  matchers: z.array(
    z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean().nullish() }),
  ),
  startsAt: time,
  endsAt: time,
  createdBy: z.string(),
  comment: z.string(),
});

/** Alerts as programs post them; the start may be missing: it is the end then, or now. @throws ZodError */
export function postedAlerts(body: unknown, now: Date): readonly Alert[] {
  return postedAlertsSchema.parse(body).map((alert) => {
    const endsAt = isSet(alert.endsAt) ? alert.endsAt : null;
    return {
      labels: alert.labels,
      annotations: alert.annotations ?? {},
      startsAt: isSet(alert.startsAt) ? alert.startsAt : (endsAt ?? now),
      endsAt,
      ...(alert.generatorURL ? { generatorURL: alert.generatorURL } : {}),
    };
  });
}

/** @throws ZodError */
export function postedSilence(body: unknown): SilenceRequest {
  const { id, matchers, ...rest } = postedSilenceSchema.parse(body);
  return {
    ...rest,
    ...(id ? { id } : {}),
    matchers: matchers.map((matcher) => ({ ...matcher, isEqual: matcher.isEqual ?? true })),
  };
}

/** `filter` parameters of a query. @throws EmbeddedRefusal */
export function readMatchers(query: URLSearchParams): readonly Matcher[] {
  return query.getAll("filter").map((text) => {
    try {
      return parseMatcher(text);
    } catch (error) {
      if (error instanceof MatcherSyntaxError) {
        throw new EmbeddedRefusal(400, `bad matcher format: ${text}`);
      }
      throw error;
    }
  });
}

/** The filter of `GET /alerts`. @throws EmbeddedRefusal */
export function readFilter(query: URLSearchParams): AlertFilter {
  const receiver = query.get("receiver");
  return {
    matchers: readMatchers(query),
    active: query.get("active") !== "false",
    silenced: query.get("silenced") !== "false",
    inhibited: query.get("inhibited") !== "false",
    unprocessed: query.get("unprocessed") !== "false",
    ...(receiver === null ? {} : { receiver }),
  };
}

export function listedToWire(alert: ListedAlert): AlertmanagerApi["gettableAlert"] {
  return {
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: alert.startsAt.toISOString(),
    endsAt: alert.endsAt.toISOString(),
    updatedAt: alert.updatedAt.toISOString(),
    ...(alert.generatorURL === undefined ? {} : { generatorURL: alert.generatorURL }),
    fingerprint: alert.fingerprint,
    receivers: alert.receivers.map((name) => ({ name })),
    status: { state: alert.state, silencedBy: alert.silencedBy, inhibitedBy: alert.inhibitedBy, mutedBy: [] },
  };
}

/** @param listed the group's alerts as they travel, by fingerprint */
export function groupToWire(
  group: NotificationGroup,
  listed: ReadonlyMap<string, ListedAlert>,
): AlertmanagerApi["alertGroup"] {
  const alerts = group.alerts.flatMap((alert) => listed.get(alert.fingerprint) ?? []);
  return {
    labels: group.labels,
    routeLabels: {},
    receiver: { name: group.receiver },
    alerts: alerts.map(listedToWire),
  };
}

export function silenceToWire(silence: Silence): AlertmanagerApi["gettableSilence"] {
  return {
    id: silence.id,
    matchers: silence.matchers,
    startsAt: silence.startsAt.toISOString(),
    endsAt: silence.endsAt.toISOString(),
    updatedAt: silence.updatedAt.toISOString(),
    createdBy: silence.createdBy,
    comment: silence.comment,
    status: { state: silence.state },
  };
}

export function statusToWire(status: AlertmanagerStatus): AlertmanagerApi["alertmanagerStatus"] {
  return {
    cluster: { status: status.clusterStatus, peers: [] },
    versionInfo: { version: status.version, revision: "", branch: "", buildUser: "", buildDate: "", goVersion: "" },
    config: { original: `global:\n  resolve_timeout: ${status.resolveTimeout}ms\n` },
    uptime: status.uptimeSince.toISOString(),
  };
}

/** Go programs send the year 1 for a time that is not set. */
function isSet(date: Date | null | undefined): date is Date {
  return date !== null && date !== undefined && date.getUTCFullYear() > 1;
}
