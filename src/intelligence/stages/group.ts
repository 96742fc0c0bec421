import type { ActiveAlert } from "../../alert/alert.ts";
import type { SeverityRanking } from "../../alert/severity.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import type { GroupShape } from "../collapse/plan.ts";
import { createGrouper, type Grouper } from "../grouping/grouper.ts";
import type { Assignment, GroupingEvent, MemoryState } from "../grouping/types.ts";
import { applyChange, type Batch, type Item, type Stage, type StageContext, toError } from "../stage.ts";
import { type Card, type Membership, makeGroups } from "./alert-groups.ts";

/** What the stage remembers between runs. */
export interface GroupStageState {
  readonly memory: MemoryState;
  readonly memberships: readonly Membership[];
  /** What versions up to 0.1 call memberships. */
  readonly seats?: readonly Membership[];
  readonly cards: readonly (readonly [string, Card])[];
}

export interface GroupStageOptions {
  readonly catalogue: Catalogue;
  readonly ranking: SeverityRanking;
  readonly ignoredLabels: readonly string[];
  readonly state?: GroupStageState | null;
}

/** An alert as it was last seen by an earlier process. */
export interface SeenItem {
  readonly item: Item;
  readonly groupId: string | null;
  /** Null where it still fired. */
  readonly resolvedAt: Date | null;
}

/** Resolved groups are shown this long, so that messages about them can be closed. */
const SHOW_RESOLVED = 60 * 60_000;
/** Number of an event that the grouper does not know. */
const NO_EVENT = -1;

/** The grouping stage with its memory. */
export interface GroupStage extends Stage {
  /** Before the first run: what of these has gone meanwhile is shown as resolved from then on. */
  recall(seen: readonly SeenItem[]): void;
  state(): GroupStageState;
  /** A person says that the second group belongs to the first. False when either is closed. */
  merge(into: string, from: string): boolean;
  /** A person takes alerts out of a group; gives the id of their own group, null when it is closed. */
  split(id: string, fingerprints: readonly string[]): string | null;
  /** What each group is about. */
  shapes(): ReadonlyMap<string, GroupShape>;
}

/** Puts alerts that began to fire into groups, and makes groups of the alerts that fire now. */
export function groupStage(options: GroupStageOptions): GroupStage {
  const { catalogue, ignoredLabels, state = null } = options;
  const grouper = createGrouper({ catalogue, ignoredLabels, state: state?.memory ?? null });
  const memberships = new Map<string, Membership>(
    (state?.memberships ?? state?.seats ?? []).map((membership) => [membership.fingerprint, { ...membership }]),
  );
  const cards = new Map<string, Card>((state?.cards ?? []).map(([id, card]) => [id, { ...card }]));
  const lastSeen = new Map<string, Item>();
  let recalled: readonly SeenItem[] = [];
  let startedAt: number | null = null;
  const regroup = (events: readonly number[], groupId: string, reason: string): boolean => {
    for (const membership of memberships.values()) {
      if (events.includes(membership.event)) {
        Object.assign(membership, { groupId, rule: "person", reason });
      }
    }
    return events.length > 0;
  };
  return {
    name: "group",
    recall(seen) {
      recalled = seen;
      for (const { item } of seen) {
        lastSeen.set(item.source.fingerprint, item);
      }
    },
    shapes: () => new Map([...cards].map(([id, { kind, subject }]) => [id, { kind, subject }])),
    merge(into, from) {
      const moved = grouper.merge(into, from);
      return regroup(moved, into, "a person merged them");
    },
    split(id, fingerprints) {
      const events = fingerprints.flatMap((fingerprint) => memberships.get(fingerprint)?.event ?? []);
      const own = grouper.split(id, events);
      return own !== null && regroup(events, own, "a person took them out of another group") ? own : null;
    },
    state: () => ({ memory: grouper.state(), memberships: [...memberships.values()], cards: [...cards] }),
    run(batch, context) {
      const failures = [...batch.failures];
      startedAt ??= context.now.getTime();
      recallGone(recalled, batch.items, memberships);
      recalled = [];
      const fresh = batch.items
        .filter((item) => isNew(item.source, memberships))
        .sort((left, right) => eventTime(left.source, context) - eventTime(right.source, context));
      const byMembership = new Map([...memberships.values()].map((membership) => [membership.event, membership]));
      for (const item of fresh) {
        try {
          const assignment = grouper.add(toEvent(item.source, context));
          const membership = membershipFor(item.source, assignment);
          memberships.set(membership.fingerprint, membership);
          byMembership.set(membership.event, membership);
          moveMemberships(assignment, byMembership);
          noteCard(assignment.groupId, grouper, cards);
        } catch (error) {
          failures.push({ fingerprint: item.source.fingerprint, error: toError(error) });
        }
      }
      const items = batch.items.map((item) => withMembership(item, memberships));
      leave(items, memberships, lastSeen, context.now);
      forget({ memberships, cards, lastSeen, now: context.now.getTime(), startedAt });
      for (const id of new Set([...memberships.values()].map((membership) => membership.groupId))) {
        noteCard(id, grouper, cards);
      }
      const groups = makeGroups({ memberships, lastSeen, cards, catalogue, ranking: options.ranking, context });
      return { ...batch, items, groups, failures } satisfies Batch;
    },
  };
}

function isNew(alert: ActiveAlert, memberships: ReadonlyMap<string, Membership>): boolean {
  const membership = memberships.get(alert.fingerprint);
  return membership === undefined || (membership.endedAt !== null && membership.startsAt !== alert.startsAt.getTime());
}

/** An announced intervention begins in the future: what counts for grouping is when it was heard of. */
function eventTime(alert: ActiveAlert, { now }: StageContext): number {
  return Math.floor(Math.min(alert.startsAt.getTime(), now.getTime()) / 1000);
}

function toEvent(alert: ActiveAlert, context: StageContext): GroupingEvent {
  const isPlanned = alert.startsAt.getTime() > context.now.getTime() || alert.labels["service"] === "SSB";
  return {
    t: eventTime(alert, context),
    labels: alert.labels,
    annotations: alert.annotations,
    ...(isPlanned ? { startsAt: Math.floor(alert.startsAt.getTime() / 1000) } : {}),
    ...(isPlanned && alert.endsAt !== null ? { endsAt: Math.floor(alert.endsAt.getTime() / 1000) } : {}),
  };
}

function membershipFor(alert: ActiveAlert, { event, groupId, rule, reason }: Assignment): Membership {
  return {
    fingerprint: alert.fingerprint,
    startsAt: alert.startsAt.getTime(),
    event,
    groupId,
    rule,
    reason,
    endedAt: null,
  };
}

function moveMemberships(
  { moved, groupId, rule, reason }: Assignment,
  byMembership: ReadonlyMap<number, Membership>,
): void {
  for (const event of moved) {
    const membership = byMembership.get(event);
    if (membership !== undefined) {
      Object.assign(membership, { groupId, rule, reason });
    }
  }
}

function noteCard(id: string, grouper: Grouper, cards: Map<string, Card>): void {
  const group = grouper.group(id);
  if (group !== null) {
    cards.set(id, { kind: group.kind, subject: group.subject, rootEvent: grouper.root(id) });
  }
}

function withMembership(item: Item, memberships: ReadonlyMap<string, Membership>): Item {
  const membership = memberships.get(item.source.fingerprint);
  if (membership === undefined) {
    return item;
  }
  const { event, groupId, rule, reason } = membership;
  return applyChange(item, "group", {
    assignment: { event, groupId, rule, reason, moved: [] },
    reason: `${rule}: ${reason}`,
  });
}

/** Notes which alerts fire no more, and which do again. */
function leave(
  items: readonly Item[],
  memberships: Map<string, Membership>,
  lastSeen: Map<string, Item>,
  now: Date,
): void {
  const active = new Set(items.map((item) => item.source.fingerprint));
  for (const item of items) {
    lastSeen.set(item.source.fingerprint, item);
  }
  for (const membership of memberships.values()) {
    if (active.has(membership.fingerprint)) {
      membership.endedAt = null;
    } else {
      membership.endedAt ??= now.getTime();
    }
  }
}

/** Alerts that an earlier process saw and that are gone, where it died before it kept its memory. */
function recallGone(recalled: readonly SeenItem[], items: readonly Item[], memberships: Map<string, Membership>): void {
  const active = new Set(items.map((item) => item.source.fingerprint));
  for (const { item, groupId, resolvedAt } of recalled) {
    const { fingerprint, startsAt } = item.source;
    if (groupId !== null && !active.has(fingerprint) && !memberships.has(fingerprint)) {
      const endedAt = resolvedAt?.getTime() ?? null;
      const membership = { fingerprint, startsAt: startsAt.getTime(), event: NO_EVENT, groupId, rule: "new", endedAt };
      memberships.set(fingerprint, { ...membership, reason: "it fired before a restart" });
    }
  }
}

interface Forgetting {
  readonly memberships: Map<string, Membership>;
  readonly cards: Map<string, Card>;
  readonly lastSeen: Map<string, Item>;
  /** Unix milliseconds, as the next. */
  readonly now: number;
  readonly startedAt: number;
}

/** What ended before the start is shown for as long after it: its messages may not say so yet. */
function forget({ memberships, cards, lastSeen, now, startedAt }: Forgetting): void {
  for (const [fingerprint, membership] of memberships) {
    if (membership.endedAt !== null && now - Math.max(membership.endedAt, startedAt) > SHOW_RESOLVED) {
      memberships.delete(fingerprint);
      lastSeen.delete(fingerprint);
    }
  }
  const used = new Set([...memberships.values()].map((membership) => membership.groupId));
  for (const id of cards.keys()) {
    if (!used.has(id)) {
      cards.delete(id);
    }
  }
}
