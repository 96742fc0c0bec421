import type { ActiveAlert } from "../../alert/alert.ts";
import type { SeverityRanking } from "../../alert/severity.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import type { GroupShape } from "../collapse/plan.ts";
import { createGrouper, type Grouper } from "../grouping/grouper.ts";
import type { Assignment, GroupingEvent, MemoryState } from "../grouping/types.ts";
import { applyChange, type Batch, type Item, type Stage, type StageContext, toError } from "../stage.ts";
import { type Card, makeGroups, type Seat } from "./alert-groups.ts";

/** What the stage remembers between runs. */
export interface GroupStageState {
  readonly memory: MemoryState;
  readonly seats: readonly Seat[];
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
  const seats = new Map<string, Seat>((state?.seats ?? []).map((seat) => [seat.fingerprint, { ...seat }]));
  const cards = new Map<string, Card>((state?.cards ?? []).map(([id, card]) => [id, { ...card }]));
  const lastSeen = new Map<string, Item>();
  let recalled: readonly SeenItem[] = [];
  let startedAt: number | null = null;
  const reseat = (events: readonly number[], groupId: string, reason: string): boolean => {
    for (const seat of seats.values()) {
      if (events.includes(seat.event)) {
        Object.assign(seat, { groupId, rule: "person", reason });
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
      return reseat(moved, into, "a person merged them");
    },
    split(id, fingerprints) {
      const events = fingerprints.flatMap((fingerprint) => seats.get(fingerprint)?.event ?? []);
      const own = grouper.split(id, events);
      return own !== null && reseat(events, own, "a person took them out of another group") ? own : null;
    },
    state: () => ({ memory: grouper.state(), seats: [...seats.values()], cards: [...cards] }),
    run(batch, context) {
      const failures = [...batch.failures];
      startedAt ??= context.now.getTime();
      seatGone(recalled, batch.items, seats);
      recalled = [];
      const fresh = batch.items
        .filter((item) => isNew(item.source, seats))
        .sort((left, right) => eventTime(left.source, context) - eventTime(right.source, context));
      const bySeat = new Map([...seats.values()].map((seat) => [seat.event, seat]));
      for (const item of fresh) {
        try {
          const assignment = grouper.add(toEvent(item.source, context));
          const seat = seatFor(item.source, assignment);
          seats.set(seat.fingerprint, seat);
          bySeat.set(seat.event, seat);
          moveSeats(assignment, bySeat);
          noteCard(assignment.groupId, grouper, cards);
        } catch (error) {
          failures.push({ fingerprint: item.source.fingerprint, error: toError(error) });
        }
      }
      const items = batch.items.map((item) => withSeat(item, seats));
      leave(items, seats, lastSeen, context.now);
      forget({ seats, cards, lastSeen, now: context.now.getTime(), startedAt });
      for (const id of new Set([...seats.values()].map((seat) => seat.groupId))) {
        noteCard(id, grouper, cards);
      }
      const groups = makeGroups({ seats, lastSeen, cards, catalogue, ranking: options.ranking, context });
      return { ...batch, items, groups, failures } satisfies Batch;
    },
  };
}

function isNew(alert: ActiveAlert, seats: ReadonlyMap<string, Seat>): boolean {
  const seat = seats.get(alert.fingerprint);
  return seat === undefined || (seat.endedAt !== null && seat.startsAt !== alert.startsAt.getTime());
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

function seatFor(alert: ActiveAlert, { event, groupId, rule, reason }: Assignment): Seat {
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

function moveSeats({ moved, groupId, rule, reason }: Assignment, bySeat: ReadonlyMap<number, Seat>): void {
  for (const event of moved) {
    const seat = bySeat.get(event);
    if (seat !== undefined) {
      Object.assign(seat, { groupId, rule, reason });
    }
  }
}

function noteCard(id: string, grouper: Grouper, cards: Map<string, Card>): void {
  const group = grouper.group(id);
  if (group !== null) {
    cards.set(id, { kind: group.kind, subject: group.subject, rootEvent: grouper.root(id) });
  }
}

function withSeat(item: Item, seats: ReadonlyMap<string, Seat>): Item {
  const seat = seats.get(item.source.fingerprint);
  if (seat === undefined) {
    return item;
  }
  const { event, groupId, rule, reason } = seat;
  return applyChange(item, "group", {
    assignment: { event, groupId, rule, reason, moved: [] },
    reason: `${rule}: ${reason}`,
  });
}

/** Notes which alerts fire no more, and which do again. */
function leave(items: readonly Item[], seats: Map<string, Seat>, lastSeen: Map<string, Item>, now: Date): void {
  const active = new Set(items.map((item) => item.source.fingerprint));
  for (const item of items) {
    lastSeen.set(item.source.fingerprint, item);
  }
  for (const seat of seats.values()) {
    if (active.has(seat.fingerprint)) {
      seat.endedAt = null;
    } else {
      seat.endedAt ??= now.getTime();
    }
  }
}

/** Alerts that an earlier process saw and that are gone, where it died before it kept its memory. */
function seatGone(recalled: readonly SeenItem[], items: readonly Item[], seats: Map<string, Seat>): void {
  const active = new Set(items.map((item) => item.source.fingerprint));
  for (const { item, groupId, resolvedAt } of recalled) {
    const { fingerprint, startsAt } = item.source;
    if (groupId !== null && !active.has(fingerprint) && !seats.has(fingerprint)) {
      const endedAt = resolvedAt?.getTime() ?? null;
      const seat = { fingerprint, startsAt: startsAt.getTime(), event: NO_EVENT, groupId, rule: "new", endedAt };
      seats.set(fingerprint, { ...seat, reason: "it fired before a restart" });
    }
  }
}

interface Forgetting {
  readonly seats: Map<string, Seat>;
  readonly cards: Map<string, Card>;
  readonly lastSeen: Map<string, Item>;
  /** Unix milliseconds, as the next. */
  readonly now: number;
  readonly startedAt: number;
}

/** What ended before the start is shown for as long after it: its messages may not say so yet. */
function forget({ seats, cards, lastSeen, now, startedAt }: Forgetting): void {
  for (const [fingerprint, seat] of seats) {
    if (seat.endedAt !== null && now - Math.max(seat.endedAt, startedAt) > SHOW_RESOLVED) {
      seats.delete(fingerprint);
      lastSeen.delete(fingerprint);
    }
  }
  const used = new Set([...seats.values()].map((seat) => seat.groupId));
  for (const id of cards.keys()) {
    if (!used.has(id)) {
      cards.delete(id);
    }
  }
}
