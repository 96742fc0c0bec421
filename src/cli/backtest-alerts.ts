import type { Anomaly } from "../alert/anomaly.ts";
import type { Catalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
import type { ReplayedEntity } from "../detect/life/backtest.ts";
import { asOneEvent, takeIn } from "../detect/life/service-events.ts";
import { anomalyToAlert } from "../intelligence/anomaly-alerts.ts";
import { loadSchedule } from "../oncall/load.ts";
import { whoIsOnCall } from "../oncall/who.ts";
import type { BacktestReport, PastAlert } from "./backtest.ts";

/** The alerts that the events would have been, oldest first, with who would have been told of each. */
export function pastAlerts(
  replayed: readonly ReplayedEntity[],
  config: Config,
  catalogue: Catalogue,
): readonly PastAlert[] {
  const schedule = config.oncall === undefined ? null : loadSchedule(config.oncall, catalogue);
  const ownersOf = (service: string) => catalogue.find(service)?.owners ?? [];
  const onCall = (service: string, at: Date) =>
    schedule === null
      ? []
      : whoIsOnCall(schedule, service, at, { overrides: [], calendars: new Map() }, ownersOf).people.flatMap(
          ({ person }) => (person === null ? [] : [`on call: ${person.name}`]),
        );
  const alerts = asSeen(replayed).map(({ first, last }) => {
    const { labels } = anomalyToAlert(first, catalogue, null);
    const { annotations } = anomalyToAlert(last, catalogue, null);
    const channel = config.slack.channels[last.service] ?? config.slack.channels["default"];
    return {
      openedAt: last.openedAt.toISOString(),
      closedAt: last.closedAt?.toISOString() ?? null,
      service: last.service,
      entity: last.entity,
      severity: labels["severity"] ?? "",
      kind: last.kind,
      class: last.class,
      summary: annotations["summary"] ?? "",
      told: [
        ...(channel === undefined ? [] : [`channel ${channel}`]),
        ...ownersOf(last.service),
        ...onCall(last.service, last.openedAt),
      ],
    };
  });
  return alerts.sort((left, right) => left.openedAt.localeCompare(right.openedAt));
}

type Event = ReplayedEntity["events"][number];

/** Events as people see them: those of a service's entities that overlap are one. */
function asSeen(replayed: readonly ReplayedEntity[]): readonly Event[] {
  const entities = new Map<string, number>();
  for (const { service } of replayed) {
    entities.set(service, (entities.get(service) ?? 0) + 1);
  }
  return [...entities].flatMap(([service, count]) => {
    const events = replayed.filter((one) => one.service === service).flatMap((one) => one.events);
    return count === 1 ? events : overlapping(events).map((together) => rolledUp(service, together, count));
  });
}

function rolledUp(service: string, events: readonly Event[], scored: number): Event {
  const whole = (some: readonly Anomaly[]) => asOneEvent(takeIn(null, service, some), scored);
  return { first: whole(events.slice(0, 1).map(({ first }) => first)), last: whole(events.map(({ last }) => last)) };
}

/** Events that overlap in time, together; each lot by time. */
function overlapping(events: readonly Event[]): readonly (readonly Event[])[] {
  const sorted = [...events].sort((left, right) => left.last.openedAt.getTime() - right.last.openedAt.getTime());
  const lots: Event[][] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const event of sorted) {
    if (event.last.openedAt.getTime() > until) {
      lots.push([]);
    }
    lots.at(-1)?.push(event);
    until = Math.max(until, event.last.closedAt?.getTime() ?? Number.POSITIVE_INFINITY);
  }
  return lots;
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
