import type { ActiveAlert } from "../../alert/alert.ts";
import type { AlertGroup } from "../../alert/group.ts";
import { type SeverityRanking, severityRank } from "../../alert/severity.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import { serviceOf } from "../grouping/facts.ts";
import { createGrouper, type Grouper } from "../grouping/grouper.ts";
import type { MemoryState } from "../grouping/memory.ts";
import { groupTitle } from "../grouping/title.ts";
import type { Assignment, GroupingEvent, GroupKind } from "../grouping/types.ts";
import { applyChange, type Batch, type Item, type Stage, type StageContext, toError } from "../stage.ts";

/** An alert that is or was in a group. */
interface Seat {
  readonly fingerprint: string;
  readonly startsAt: number;
  readonly event: number;
  groupId: string;
  rule: string;
  reason: string;
  /** Unix milliseconds; null while it fires. */
  endedAt: number | null;
}

/** What the stage remembers between runs. */
export interface GroupStageState {
  readonly memory: MemoryState;
  readonly seats: readonly Seat[];
  readonly cards: readonly (readonly [string, Card])[];
}

/** What is known of a group even when the grouper has closed it. */
interface Card {
  kind: GroupKind;
  subject: string;
  rootEvent: number | null;
}

export interface GroupStageOptions {
  readonly catalogue: Catalogue;
  readonly ranking: SeverityRanking;
  readonly ignoredLabels: readonly string[];
  readonly state?: GroupStageState | null;
}

/** Resolved groups are shown this long, so that messages about them can be closed. */
const SHOW_RESOLVED = 60 * 60_000;

/** The grouping stage with its memory. */
export interface GroupStage extends Stage {
  state(): GroupStageState;
}

/** Puts alerts that began to fire into groups, and makes groups of the alerts that fire now. */
export function groupStage(options: GroupStageOptions): GroupStage {
  const { catalogue, ignoredLabels, state = null } = options;
  const grouper = createGrouper({ catalogue, ignoredLabels, state: state?.memory ?? null });
  const seats = new Map<string, Seat>((state?.seats ?? []).map((seat) => [seat.fingerprint, { ...seat }]));
  const cards = new Map<string, Card>((state?.cards ?? []).map(([id, card]) => [id, { ...card }]));
  const lastSeen = new Map<string, Item>();
  return {
    name: "group",
    state: () => ({ memory: grouper.state(), seats: [...seats.values()], cards: [...cards] }),
    run(batch, context) {
      const failures = [...batch.failures];
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
      for (const id of new Set([...seats.values()].map((seat) => seat.groupId))) {
        noteCard(id, grouper, cards);
      }
      const groups = makeGroups({ items, seats, lastSeen, cards, options, context });
      forget(seats, cards, lastSeen, context.now);
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

function forget(seats: Map<string, Seat>, cards: Map<string, Card>, lastSeen: Map<string, Item>, now: Date): void {
  for (const [fingerprint, seat] of seats) {
    if (seat.endedAt !== null && now.getTime() - seat.endedAt > SHOW_RESOLVED) {
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

interface Making {
  readonly items: readonly Item[];
  readonly seats: ReadonlyMap<string, Seat>;
  readonly lastSeen: ReadonlyMap<string, Item>;
  readonly cards: ReadonlyMap<string, Card>;
  readonly options: GroupStageOptions;
  readonly context: StageContext;
}

function makeGroups(making: Making): readonly AlertGroup[] {
  const byGroup = new Map<string, Seat[]>();
  for (const seat of making.seats.values()) {
    byGroup.set(seat.groupId, [...(byGroup.get(seat.groupId) ?? []), seat]);
  }
  return [...byGroup].flatMap(([id, members]) => makeGroup(id, members, making) ?? []);
}

function makeGroup(id: string, allSeats: readonly Seat[], making: Making): AlertGroup | null {
  const firing = allSeats.filter((seat) => seat.endedAt === null);
  const shown = (firing.length > 0 ? firing : allSeats).toSorted((left, right) => left.startsAt - right.startsAt);
  const items = shown.flatMap((seat) => making.lastSeen.get(seat.fingerprint) ?? []);
  const first = items[0];
  if (first === undefined) {
    return null;
  }
  const { catalogue, ranking } = making.options;
  const card = making.cards.get(id) ?? { kind: "alone" as const, subject: "", rootEvent: null };
  const rootSeat = allSeats.find((seat) => seat.event === card.rootEvent);
  const root = (rootSeat === undefined ? undefined : making.lastSeen.get(rootSeat.fingerprint)) ?? first;
  const services = byCount(items.flatMap((item) => serviceOf(item.labels, catalogue) ?? []));
  const nodes = byCount(items.flatMap((item) => item.labels["node"] ?? []));
  const worst = items.reduce((best, item) => (rank(item, ranking) > rank(best, ranking) ? item : best), first);
  const service = card.kind === "service" ? card.subject : (serviceOf(root.labels, catalogue) ?? services[0] ?? null);
  return {
    id,
    title: groupTitle({ kind: card.kind, subject: card.subject, root, services, nodes, count: items.length }),
    service,
    severity: worst.labels["severity"] ?? "none",
    state: stateOf(id, firing, items, making.context),
    startsAt: new Date(Math.min(...shown.map((seat) => seat.startsAt))),
    endsAt: firing.length > 0 ? null : new Date(Math.max(...allSeats.map((seat) => seat.endedAt ?? 0))),
    alerts: items.map((item) => ({ ...item.source, annotations: item.annotations })),
    rootFingerprint: root.source.fingerprint,
    runbook: root.runbook,
    solutions: root.solutions,
    owners: service === null ? [] : [...(catalogue.find(service)?.owners ?? [])],
    reasons: reasonsOf(items, worst),
  };
}

function stateOf(
  id: string,
  firing: readonly Seat[],
  items: readonly Item[],
  context: StageContext,
): AlertGroup["state"] {
  if (firing.length === 0) {
    return "resolved";
  }
  if (context.acknowledged.has(id)) {
    return "acknowledged";
  }
  return items.every((item) => item.source.state === "suppressed") ? "silenced" : "firing";
}

function reasonsOf(items: readonly Item[], worst: Item): readonly string[] {
  const grouping = byCount(
    items.flatMap((item) => item.reasons.filter((reason) => reason.stage === "group").map((reason) => reason.text)),
  );
  const severity = worst.reasons.filter((reason) => reason.stage === "severity").map((reason) => reason.text);
  return [...grouping.slice(0, 3), ...severity];
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
