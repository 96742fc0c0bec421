import { z } from "zod";
import { type ActiveAlert, type Labels, labelOf } from "../../alert/alert.ts";
import type { AlertFilter, Alertmanager, AlertmanagerStatus, NotificationGroup } from "../../alert/alertmanager.ts";
import type { Clock } from "../../alert/clock.ts";
import { labelSet } from "../../alert/label-set.ts";
import { type Matcher, matches, matchesAll } from "../../alert/matcher.ts";
import { DEFAULT_RESOLVE_TIMEOUT } from "../schema.ts";
import { acceptableStart } from "../wire.ts";
import { createAlertShelf, type HeldAlert } from "./alerts.ts";
import { EmbeddedRefusal } from "./refusal.ts";
import { createSilenceShelf, type HeldSilence } from "./silences.ts";

const RECEIVER = "default";
const VERSION = "0.28.1-embedded";

export interface EmbeddedOptions {
  readonly clock: Clock;
  /** Milliseconds after which an alert without an end is resolved unless it is sent again; 5 minutes as in Alertmanager. */
  readonly resolveTimeout?: number;
  /** Labels whose alerts are notified about together. */
  readonly groupBy?: readonly string[];
}

/** Everything an embedded Alertmanager knows, as JSON. */
export interface EmbeddedSnapshot {
  readonly version: 1;
  readonly startedAt?: number;
  readonly alerts: readonly HeldAlert[];
  readonly silences: readonly HeldSilence[];
}

/** Alertmanager's API v2 in memory. One receiver and one route; inhibition and notification are left out. */
export interface EmbeddedAlertmanager extends Alertmanager {
  /** Alerts as they would travel, with the end that the resolve timeout gives. */
  listed(filter?: AlertFilter): readonly ListedAlert[];
  snapshot(): EmbeddedSnapshot;
  /** Replaces everything by an earlier snapshot. @throws ZodError when it is not one */
  restore(snapshot: unknown): void;
}

export interface ListedAlert extends ActiveAlert {
  readonly endsAt: Date;
  /** The end is the resolve timeout's, not one that somebody announced. */
  readonly isTimeout: boolean;
}

const time = z.number();
const snapshotSchema = z.object({
  version: z.literal(1),
  startedAt: time.optional(),
  alerts: z.array(
    z.object({
      fingerprint: z.string(),
      labels: labelSet,
      annotations: labelSet,
      generatorURL: z.string(),
      startsAt: time,
      endsAt: time,
      updatedAt: time,
      isTimeout: z.boolean(),
    }),
  ),
  silences: z.array(
    z.object({
      id: z.string(),
      matchers: z.array(z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean() })),
      startsAt: time,
      endsAt: time,
      updatedAt: time,
      createdBy: z.string(),
      comment: z.string(),
    }),
  ),
});

/** An Alertmanager inside this process, for the demo and for fast tests. */
export function createEmbeddedAlertmanager(options: EmbeddedOptions): EmbeddedAlertmanager {
  const resolveTimeout = options.resolveTimeout ?? DEFAULT_RESOLVE_TIMEOUT;
  const groupBy = options.groupBy ?? ["alertname"];
  const shelf = createAlertShelf(resolveTimeout);
  const silences = createSilenceShelf();
  /** A snapshot is the whole memory: who goes on with one has not restarted. */
  let startedAt = options.clock();
  const now = () => options.clock().getTime();

  const listed = (filter: AlertFilter = {}): readonly ListedAlert[] => {
    const at = now();
    return shelf
      .firing(at)
      .map((alert) => toListed(alert, silences.hiding(alert.labels, at), resolveTimeout))
      .filter((alert) => isWanted(alert, filter))
      .sort((left, right) => (left.fingerprint < right.fingerprint ? -1 : 1));
  };
  const status = (): AlertmanagerStatus => ({
    version: VERSION,
    uptimeSince: startedAt,
    clusterStatus: "disabled",
    peers: 0,
    resolveTimeout,
  });

  return {
    listed,
    alerts: async (filter) => listed(filter).map(toActive),
    groups: async (filter) => groupAlerts(listed(filter).map(toActive), groupBy),
    async post(alerts) {
      const at = options.clock();
      const acceptable = alerts.map((alert) => ({ ...alert, startsAt: acceptableStart(alert, at) }));
      const faults = shelf.put(acceptable, at.getTime());
      if (faults.length > 0) {
        throw new EmbeddedRefusal(400, faults.join("; "));
      }
    },
    silences: async (matchers = []) => silences.list(now()).filter((silence) => fitsFilter(silence.matchers, matchers)),
    putSilence: async (request) => silences.put(request, now()),
    expireSilence: async (id) => silences.expire(id, now()),
    status: async () => status(),
    receivers: async () => [RECEIVER],
    snapshot: () => ({ version: 1, startedAt: startedAt.getTime(), alerts: shelf.all(), silences: silences.all() }),
    restore(snapshot) {
      const known = snapshotSchema.parse(snapshot);
      startedAt = new Date(known.startedAt ?? 0);
      shelf.load(known.alerts);
      silences.load(known.silences);
    },
  };
}

function toListed(alert: HeldAlert, silencedBy: readonly string[], resolveTimeout: number): ListedAlert {
  return {
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: new Date(alert.startsAt),
    endsAt: new Date(alert.endsAt),
    updatedAt: new Date(alert.updatedAt),
    isTimeout: alert.endsAt - alert.updatedAt === resolveTimeout,
    ...(alert.generatorURL === "" ? {} : { generatorURL: alert.generatorURL }),
    fingerprint: alert.fingerprint,
    state: silencedBy.length > 0 ? "suppressed" : "active",
    silencedBy,
    inhibitedBy: [],
    receivers: [RECEIVER],
  };
}

function toActive({ isTimeout, ...alert }: ListedAlert): ActiveAlert {
  return { ...alert, endsAt: isTimeout ? null : alert.endsAt };
}

function isWanted(alert: ActiveAlert, filter: AlertFilter): boolean {
  if (filter.active === false && alert.state === "active") {
    return false;
  }
  if (filter.silenced === false && alert.silencedBy.length > 0) {
    return false;
  }
  if (filter.receiver !== undefined && !matches(receiverMatcher(filter.receiver), { receiver: RECEIVER })) {
    return false;
  }
  return matchesAll(filter.matchers ?? [], alert.labels);
}

function receiverMatcher(pattern: string): Matcher {
  return { name: "receiver", value: pattern, isRegex: true, isEqual: true };
}

/** A silence is listed when each filter fits one of its matchers' values (Alertmanager: checkSilenceMatchesFilterLabels). */
function fitsFilter(
  matchers: readonly { readonly name: string; readonly value: string }[],
  filters: Parameters<typeof matchesAll>[0],
): boolean {
  const asLabels: Labels = Object.fromEntries(matchers.map(({ name, value }) => [name, value]));
  return matchesAll(filters, asLabels);
}

function groupAlerts(alerts: readonly ActiveAlert[], groupBy: readonly string[]): readonly NotificationGroup[] {
  const groups = new Map<string, { labels: Labels; receiver: string; alerts: ActiveAlert[] }>();
  for (const alert of alerts) {
    const labels = Object.fromEntries(
      groupBy.filter((name) => Object.hasOwn(alert.labels, name)).map((name) => [name, labelOf(alert.labels, name)]),
    );
    const key = JSON.stringify(labels);
    const group = groups.get(key) ?? { labels, receiver: RECEIVER, alerts: [] };
    group.alerts.push(alert);
    groups.set(key, group);
  }
  return [...groups].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, group]) => group);
}
