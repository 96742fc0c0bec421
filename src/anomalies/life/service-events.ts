import type { Anomaly, AnomalyClass, AnomalyContext, Contribution, EventMember } from "../../alert/anomaly.ts";
import { fingerprint } from "../../alert/fingerprint.ts";
import { sayExtent } from "./extent.ts";

const MOST_MEMBERS = 10;
const NAMED = 3;
/** Events of entities that one event remembers; closed ones beyond it are only counted. */
const MOST_REMEMBERED = 2000;

/** An event of a whole service while it lasts, and those of its entities that make it up, by id. */
export interface ServiceEvent {
  readonly id: string;
  readonly service: string;
  readonly openedAt: Date;
  readonly members: ReadonlyMap<string, Anomaly>;
  /** Entities that are or were part of it. */
  readonly affected: ReadonlySet<string>;
  /** The most of them that were anomalous at one time. */
  readonly atOnce: number;
}

/** Takes changed events of a service's entities into its event; begins one when there is none. */
export function takeIn(event: ServiceEvent | null, service: string, changed: readonly Anomaly[]): ServiceEvent {
  const members = new Map(event?.members ?? []);
  const affected = new Set(event?.affected ?? []);
  for (const one of changed) {
    members.set(one.id, one);
    affected.add(one.entity);
  }
  for (const { id, closedAt } of members.values()) {
    if (members.size > MOST_REMEMBERED && closedAt !== null) {
      members.delete(id);
    }
  }
  const atOnce = Math.max(event?.atOnce ?? 0, openEntities(members.values()));
  if (event !== null) {
    return { ...event, members, affected, atOnce };
  }
  const openedAt = new Date(Math.min(...changed.map((one) => one.openedAt.getTime())));
  const id = fingerprint({ service, scope: "service", start: String(openedAt.getTime()) });
  return { id, service, openedAt, members, affected, atOnce };
}

function openEntities(members: Iterable<Anomaly>): number {
  return new Set([...members].filter(({ closedAt }) => closedAt === null).map(({ entity }) => entity)).size;
}

/** True when every member has closed. */
export function isOver({ members }: ServiceEvent): boolean {
  return [...members.values()].every(({ closedAt }) => closedAt !== null);
}

/**
 * The one event that people see for a service, made of those of its entities: worst entities named, what each metric contributed
 * averaged over those that are open.
 * @param scored how many entities of the service are scored · @param parts what they are called
 */
export function asOneEvent(event: ServiceEvent, scored: number, parts = "entities"): Anomaly {
  const all = [...event.members.values()].sort((left, right) => right.peakScore - left.peakScore);
  const open = all.filter(({ closedAt }) => closedAt === null);
  const shown = open.length > 0 ? open : all;
  const worst = shown[0] as Anomaly;
  const peak = all[0] as Anomaly;
  const latest = new Date(Math.max(...all.map(({ updatedAt }) => updatedAt.getTime())));
  const context = contextOf(event, all, { scored, parts, course: worst.context?.course ?? [] });
  return {
    id: event.id,
    entity: event.service,
    service: event.service,
    detector: worst.detector,
    modelVersion: worst.modelVersion,
    kind: worst.kind,
    class: commonClass(shown),
    openedAt: event.openedAt,
    updatedAt: latest,
    closedAt: open.length > 0 ? null : latest,
    peakAt: peak.peakAt,
    score: Math.max(...shown.map(({ score }) => (Number.isFinite(score) ? score : 0))),
    peakScore: peak.peakScore,
    threshold: worst.threshold,
    contributions: meanContributions(shown),
    evidence: [`${sayExtent(context)}, worst ${namesOf(shown)}`, ...worst.evidence],
    context,
  };
}

function contextOf(
  { members, affected, atOnce }: ServiceEvent,
  worstFirst: readonly Anomaly[],
  { scored, ...more }: Pick<AnomalyContext, "scored" | "course"> & { readonly parts: string },
): AnomalyContext {
  const open = openEntities(members.values());
  return {
    firstMove: firstMoveOf(worstFirst),
    similar: null,
    members: worstFirst.slice(0, MOST_MEMBERS).map(memberOf),
    affected: affected.size,
    scored: Math.max(scored, affected.size),
    now: open > 0 ? open : affected.size,
    atOnce,
    suspects: [],
    lowered: [],
    ...more,
  };
}

function namesOf(shown: readonly Anomaly[]): string {
  return [...new Set(shown.map(({ entity }) => entity))].slice(0, NAMED).join(", ");
}

function commonClass(members: readonly Anomaly[]): AnomalyClass {
  const counts = new Map<AnomalyClass, number>();
  for (const { class: look } of members) {
    counts.set(look, (counts.get(look) ?? 0) + 1);
  }
  // Of equally common ones the worst entity's comes first in the map.
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

function meanContributions(members: readonly Anomaly[]): readonly Contribution[] {
  const found = new Map<string, Contribution>();
  for (const { contributions } of members) {
    for (const one of contributions) {
      const known = found.get(one.metric);
      const share = (known?.share ?? 0) + one.share / members.length;
      found.set(one.metric, { ...(known ?? one), share });
    }
  }
  return [...found.values()].sort((left, right) => right.share - left.share).slice(0, 20);
}

function firstMoveOf(members: readonly Anomaly[]) {
  const moves = members.flatMap(({ context }) => context?.firstMove ?? []);
  return moves.sort((left, right) => left.at.getTime() - right.at.getTime())[0] ?? null;
}

function memberOf({ id, entity, openedAt, closedAt, peakScore, contributions }: Anomaly): EventMember {
  return { id, entity, openedAt, closedAt, peakScore, metric: contributions[0]?.metric ?? null };
}
