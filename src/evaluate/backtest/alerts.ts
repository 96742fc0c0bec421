import type { Labels } from "../../alert/alert.ts";
import { type Anomaly, type Lowering, NO_CONTEXT } from "../../alert/anomaly.ts";
import { own } from "../../alert/own.ts";
import { anomalyToAlert } from "../../anomalies/alerts/anomaly-alerts.ts";
import type { ReplayedEntity } from "../../anomalies/life/backtest.ts";
import { createRollUp } from "../../anomalies/life/roll-up.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import type { Config } from "../../config/schema.ts";
import { loadSchedule } from "../../oncall/load.ts";
import { whoIsOnCall } from "../../oncall/who.ts";
import type { BacktestReport, PastAlert } from "./report.ts";

export interface PastParts {
  readonly config: Config;
  readonly catalogue: Catalogue;
  /** What the entities of a service are called, of services that are made of several; null for the others. */
  readonly parts: (service: string) => string | null;
  readonly lowered: (event: Anomaly) => readonly Lowering[];
}

/** What people would have got, and what they were spared. */
export interface Past {
  /** Oldest first. */
  readonly alerts: readonly PastAlert[];
  /** Those of which nobody would have been told, oldest first. */
  readonly muted: readonly PastAlert[];
}

/** One event as people see it, on its way through time. */
interface Seen {
  event: Anomaly;
  /** Labels of its alert, once it is told of. */
  labels: Labels | null;
  readonly lowered: Map<Lowering["by"], Lowering>;
}

/**
 * Sends the events through what they go through in service, in the order of their times: roll-up, reasons to take them less
 * seriously, the alert with the severity it opens with.
 */
export function pastAlerts(replayed: readonly ReplayedEntity[], parts: PastParts): Past {
  const scored = (service: string) => replayed.filter((one) => one.service === service).length;
  const rollUp = createRollUp({ parts: parts.parts, scored });
  const found = new Map<string, Seen>();
  for (const changed of byTime(replayed.flatMap(({ events }) => events.flat()))) {
    for (const event of rollUp.take(changed).seen) {
      found.set(event.id, follow(found.get(event.id), event, parts));
    }
  }
  const tellers = tellersOf(parts);
  const all = [...found.values()]
    .sort((left, right) => left.event.openedAt.getTime() - right.event.openedAt.getTime())
    .map((seen) => ({ isTold: seen.labels !== null, alert: asPast(seen, parts, tellers) }));
  return {
    alerts: all.flatMap(({ isTold, alert }) => (isTold ? [alert] : [])),
    muted: all.flatMap(({ isTold, alert }) => (isTold ? [] : [alert])),
  };
}

function* byTime(updates: readonly Anomaly[]): Generator<readonly Anomaly[]> {
  const sorted = [...updates].sort((left, right) => left.updatedAt.getTime() - right.updatedAt.getTime());
  for (let from = 0; from < sorted.length; ) {
    const time = sorted[from]?.updatedAt.getTime();
    let to = from;
    while (to < sorted.length && sorted[to]?.updatedAt.getTime() === time) {
      to++;
    }
    yield sorted.slice(from, to);
    from = to;
  }
}

function follow(seen: Seen | undefined, given: Anomaly, { catalogue, lowered }: PastParts): Seen {
  const reasons = lowered(given);
  const event = { ...given, context: { ...(given.context ?? NO_CONTEXT), lowered: reasons } };
  const isMuted = reasons.some(({ muted }) => muted);
  const before = seen?.labels ?? null;
  return {
    event,
    labels: before === null && isMuted ? null : anomalyToAlert(event, catalogue, null, before).labels,
    lowered: new Map([...(seen?.lowered ?? []), ...reasons.map((reason) => [reason.by, reason] as const)]),
  };
}

type Tellers = (event: Anomaly) => readonly string[];

function tellersOf({ config, catalogue }: PastParts): Tellers {
  const schedule = config.oncall === undefined ? null : loadSchedule(config.oncall, catalogue);
  const ownersOf = (service: string) => catalogue.find(service)?.owners ?? [];
  const onCall = ({ service, openedAt }: Anomaly) =>
    schedule === null
      ? []
      : whoIsOnCall(schedule, service, openedAt, { overrides: [], calendars: new Map() }, ownersOf).people.flatMap(
          ({ person }) => (person === null ? [] : [`on call: ${person.name}`]),
        );
  return (event) => {
    const channel = own(config.slack.channels, event.service) ?? config.slack.channels["default"];
    const channels = channel === undefined ? [] : [`channel ${channel}`];
    return [...channels, ...ownersOf(event.service), ...onCall(event)];
  };
}

function asPast({ event, labels, lowered }: Seen, { catalogue }: PastParts, tellers: Tellers): PastAlert {
  const { annotations, labels: fresh } = anomalyToAlert(event, catalogue, null);
  return {
    openedAt: event.openedAt.toISOString(),
    closedAt: event.closedAt?.toISOString() ?? null,
    service: event.service,
    entity: event.entity,
    severity: (labels ?? fresh)["severity"] ?? "",
    kind: event.kind,
    class: event.class,
    summary: annotations["summary"] ?? "",
    lowered: [...lowered.values()].map(({ by, because }) => ({ by, because })),
    told: labels === null ? [] : tellers(event),
  };
}

/** Who would have been told how often, most first. */
export function toldOf(alerts: readonly PastAlert[], days: number): BacktestReport["told"] {
  const counts = new Map<string, number>();
  for (const who of alerts.flatMap(({ told }) => told)) {
    counts.set(who, (counts.get(who) ?? 0) + 1);
  }
  return [...counts]
    .map(([who, count]) => ({ who, alerts: count, perDay: days > 0 ? count / days : count }))
    .sort((left, right) => right.alerts - left.alerts || left.who.localeCompare(right.who));
}

/** What feedback, interventions, holidays and the extent changed: each reason with its effect and how often, most first. */
export function changesOf({ alerts, muted }: Past): BacktestReport["changes"] {
  const counts = new Map<string, BacktestReport["changes"][number]>();
  for (const [some, effect] of [
    [alerts, "one step less severe"],
    [muted, "nobody is told"],
  ] as const) {
    for (const { by, because } of some.flatMap(({ lowered }) => lowered)) {
      const isExtent = by === "extent";
      const what = isExtent ? "less than a fifth of the service's entities" : because;
      const key = `${effect} ${what}`;
      counts.set(key, { by, because: what, effect, alerts: (counts.get(key)?.alerts ?? 0) + 1 });
    }
  }
  return [...counts.values()].sort((left, right) => right.alerts - left.alerts);
}
