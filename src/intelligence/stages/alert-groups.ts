import type { AlertGroup } from "../../alert/group.ts";
import { type SeverityRanking, severityRank } from "../../alert/severity.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import { serviceOf } from "../grouping/facts.ts";
import { groupTitle } from "../grouping/title.ts";
import type { GroupKind } from "../grouping/types.ts";
import type { Item, StageContext } from "../stage.ts";
import { PROBABLE_SERVICE } from "./classify.ts";

/** An alert that is or was in a group. */
export interface Membership {
  readonly fingerprint: string;
  readonly startsAt: number;
  readonly event: number;
  groupId: string;
  rule: string;
  reason: string;
  /** Unix milliseconds; null while it fires. */
  endedAt: number | null;
}

/** What is known of a group even when the grouper has closed it. */
export interface Card {
  kind: GroupKind;
  subject: string;
  rootEvent: number | null;
}

/** What groups are made of. */
export interface Making {
  readonly memberships: ReadonlyMap<string, Membership>;
  readonly lastSeen: ReadonlyMap<string, Item>;
  readonly cards: ReadonlyMap<string, Card>;
  readonly catalogue: Catalogue;
  readonly ranking: SeverityRanking;
  readonly context: StageContext;
}

/** The groups people see, one per occupied membership group. */
export function makeGroups(making: Making): readonly AlertGroup[] {
  const byGroup = new Map<string, Membership[]>();
  for (const membership of making.memberships.values()) {
    const known = byGroup.get(membership.groupId);
    if (known === undefined) {
      byGroup.set(membership.groupId, [membership]);
    } else {
      known.push(membership);
    }
  }
  return [...byGroup].flatMap(([id, members]) => makeGroup(id, members, making) ?? []);
}

function makeGroup(id: string, allMemberships: readonly Membership[], making: Making): AlertGroup | null {
  const firing = allMemberships.filter((membership) => membership.endedAt === null);
  const shown = (firing.length > 0 ? firing : allMemberships).toSorted((left, right) => left.startsAt - right.startsAt);
  const items = shown.flatMap((membership) => making.lastSeen.get(membership.fingerprint) ?? []);
  const first = items[0];
  if (first === undefined) {
    return null;
  }
  const { catalogue, ranking } = making;
  const card = making.cards.get(id) ?? { kind: "alone" as const, subject: "", rootEvent: null };
  const rootMembership = allMemberships.find((membership) => membership.event === card.rootEvent);
  const root = (rootMembership === undefined ? undefined : making.lastSeen.get(rootMembership.fingerprint)) ?? first;
  const services = byCount(items.flatMap((item) => serviceOf(item.labels, catalogue) ?? []));
  const nodes = byCount(items.flatMap((item) => item.labels["node"] ?? []));
  const worst = items.reduce((best, item) => (rank(item, ranking) > rank(best, ranking) ? item : best), first);
  const service = serviceOfGroup(card, services, serviceOf(root.labels, catalogue)) ?? probableService(items);
  return {
    id,
    title: groupTitle({ kind: card.kind, subject: card.subject, root, services, nodes, count: items.length }),
    service,
    severity: worst.labels["severity"] ?? "none",
    state: stateOf(id, firing, items, making.context),
    startsAt: new Date(Math.min(...shown.map((membership) => membership.startsAt))),
    endsAt:
      firing.length > 0 ? null : new Date(Math.max(...allMemberships.map((membership) => membership.endedAt ?? 0))),
    alerts: items.map((item) => ({ ...item.source, annotations: item.annotations })),
    rootFingerprint: root.source.fingerprint,
    runbook: root.runbook,
    solutions: root.solutions,
    owners: service === null ? [] : [...(catalogue.find(service)?.owners ?? [])],
    reasons: reasonsOf(items, worst),
  };
}

/** For an alert of no known service: what its words say; not for many at once. */
function probableService(items: readonly Item[]): string | null {
  const probable = new Set(items.flatMap((item) => item.annotations[PROBABLE_SERVICE] ?? []));
  return items.length === probable.size && probable.size === 1 ? ([...probable][0] ?? null) : null;
}

/** A node or a network is no service: its group belongs to none, unless only one is hit. */
function serviceOfGroup(card: Card, services: readonly string[], ofRoot: string | null): string | null {
  if (card.kind === "service") {
    return card.subject;
  }
  const isShared = ["node", "nodes", "network"].includes(card.kind) || (card.kind === "outage" && services.length > 1);
  return isShared && services.length !== 1 ? ofRoot : (ofRoot ?? services[0] ?? null);
}

function stateOf(
  id: string,
  firing: readonly Membership[],
  items: readonly Item[],
  context: StageContext,
): AlertGroup["state"] {
  if (firing.length === 0) {
    return "resolved";
  }
  if (context.acknowledged.has(id)) {
    return "acknowledged";
  }
  return items.every((item) => isSilenced(item, context)) ? "silenced" : "firing";
}

function isSilenced({ source }: Item, { ownSilences }: StageContext): boolean {
  const isOnlyCollapsed = source.silencedBy.length > 0 && source.silencedBy.every((id) => ownSilences.has(id));
  return source.state === "suppressed" && !isOnlyCollapsed;
}

function reasonsOf(items: readonly Item[], worst: Item): readonly string[] {
  const said = items.flatMap((item) => (item.assignment === null ? [] : [item.assignment]));
  const telling = said.length > 1 ? said.filter((assignment) => assignment.rule !== "new") : said;
  const severity = worst.reasons.filter((reason) => reason.stage === "severity").map((reason) => reason.text);
  return [...byCount(telling.map((assignment) => assignment.reason)).slice(0, 3), ...severity];
}

function rank(item: Item, ranking: SeverityRanking): number {
  return severityRank(item.labels["severity"], ranking);
}

/** Distinct values, the most frequent first. */
function byCount(values: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const value of values) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort((left, right) => right[1] - left[1]).map(([value]) => value);
}
