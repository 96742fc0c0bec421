import { z } from "zod";
import type { ActiveAlert, Labels } from "../alert/alert.ts";
import type { AlertmanagerStatus, NotificationGroup } from "../alert/alertmanager.ts";
import { parseDuration } from "../alert/duration.ts";
import { labelSet } from "../alert/label-set.ts";
import type { Silence } from "../alert/silence.ts";

/** Alertmanager's own default of `global.resolve_timeout`. */
export const DEFAULT_RESOLVE_TIMEOUT = 300_000;

/** What versions leave out or send as null where others send an empty collection. */
const orEmpty = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);
const labels = labelSet.nullish().transform((given): Labels => given ?? {});
const time = z
  .string()
  .transform((text) => new Date(text))
  .refine((date) => !Number.isNaN(date.getTime()), { error: "is not a time" });
const named = z.object({ name: z.string() });

/** One alert of `GET /alerts`. `mutedBy` came with 0.28. */
export const alertSchema = z.object({
  labels,
  annotations: labels,
  startsAt: time,
  endsAt: time,
  updatedAt: time,
  generatorURL: z.string().nullish(),
  fingerprint: z.string(),
  receivers: orEmpty(named),
  status: z.object({
    state: z.enum(["unprocessed", "active", "suppressed"]),
    silencedBy: orEmpty(z.string()),
    inhibitedBy: orEmpty(z.string()),
    mutedBy: orEmpty(z.string()),
  }),
});

export const groupSchema = z.object({
  labels,
  receiver: named,
  alerts: orEmpty(alertSchema),
});

/** One silence of `GET /silences`. `isEqual` came with 0.22, annotations with 0.31. */
export const silenceSchema = z.object({
  id: z.string(),
  matchers: z.array(
    z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean().nullish() }),
  ),
  startsAt: time,
  endsAt: time,
  updatedAt: time,
  createdBy: z.string(),
  comment: z.string(),
  status: z.object({ state: z.enum(["expired", "active", "pending"]) }),
});

/** Cluster name and peers are missing where the cluster is disabled. */
export const statusSchema = z.object({
  cluster: z.object({
    name: z.string().nullish(),
    status: z.enum(["ready", "settling", "disabled"]),
    peers: orEmpty(named),
  }),
  versionInfo: z.object({ version: z.string() }),
  config: z.object({ original: z.string() }),
  uptime: time,
});

export const receiverSchema = named;
export const createdSilenceSchema = z.object({ silenceID: z.string().min(1) });

/** Status of one server, with what tells which servers form one mesh. */
export interface ServerStatus extends AlertmanagerStatus {
  /** Names of itself and its peers; empty outside a cluster. */
  readonly meshNames: readonly string[];
}

/**
 * The alert as the domain knows it. Alertmanager gives every alert an end; one that is exactly `resolveTimeout` after the
 * last update was made up by it, and is null here. Without `resolveTimeout` (null) every end counts as announced.
 */
export function toActiveAlert(wire: z.output<typeof alertSchema>, resolveTimeout: number | null): ActiveAlert {
  const isTimeout = resolveTimeout !== null && wire.endsAt.getTime() - wire.updatedAt.getTime() === resolveTimeout;
  const isZero = wire.endsAt.getUTCFullYear() <= 1;
  return {
    labels: wire.labels,
    annotations: wire.annotations,
    startsAt: wire.startsAt,
    endsAt: isTimeout || isZero ? null : wire.endsAt,
    ...(wire.generatorURL ? { generatorURL: wire.generatorURL } : {}),
    fingerprint: wire.fingerprint,
    state: wire.status.state,
    silencedBy: wire.status.silencedBy,
    inhibitedBy: wire.status.inhibitedBy,
    receivers: wire.receivers.map((receiver) => receiver.name),
    updatedAt: wire.updatedAt,
  };
}

export function toGroup(wire: z.output<typeof groupSchema>, resolveTimeout: number | null): NotificationGroup {
  return {
    labels: wire.labels,
    receiver: wire.receiver.name,
    alerts: wire.alerts.map((alert) => toActiveAlert(alert, resolveTimeout)),
  };
}

export function toSilence(wire: z.output<typeof silenceSchema>): Silence {
  return {
    id: wire.id,
    matchers: wire.matchers.map(({ name, value, isRegex, isEqual }) => ({
      name,
      value,
      isRegex,
      isEqual: isEqual ?? true,
    })),
    startsAt: wire.startsAt,
    endsAt: wire.endsAt,
    createdBy: wire.createdBy,
    comment: wire.comment,
    state: wire.status.state,
    updatedAt: wire.updatedAt,
  };
}

export function toStatus(wire: z.output<typeof statusSchema>): ServerStatus {
  const peers = wire.cluster.peers.map((peer) => peer.name);
  const own = wire.cluster.name ?? "";
  return {
    version: wire.versionInfo.version,
    uptimeSince: wire.uptime,
    clusterStatus: wire.cluster.status,
    peers: peers.filter((name) => name !== own).length,
    resolveTimeout: readResolveTimeout(wire.config.original),
    meshNames: own === "" ? peers : [...new Set([own, ...peers])],
  };
}

/** `resolve_timeout` of Alertmanager's configuration text, in milliseconds. */
function readResolveTimeout(configuration: string): number {
  const text = /^\s+resolve_timeout:\s*["']?([0-9a-z]+)/m.exec(configuration)?.[1];
  try {
    return text === undefined ? DEFAULT_RESOLVE_TIMEOUT : parseDuration(text);
  } catch {
    return DEFAULT_RESOLVE_TIMEOUT;
  }
}
