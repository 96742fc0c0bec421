import { isDeepStrictEqual } from "node:util";
import { type Alert, isResolved, type Labels } from "../alert/alert.ts";
import { fingerprint } from "../alert/fingerprint.ts";
import { own } from "../alert/own.ts";
import { alertFault } from "./fault.ts";
import type { ItemChange, SourceReport, SyncDecision, SyncItem, TrackedItem } from "./sync-types.ts";
import { acceptableStart } from "./wire.ts";

/** An item that is out of view and never said when it ends is given up after this. */
const LONGEST_OUT_OF_VIEW = 30 * 86_400_000;

/** What decisions depend on besides the item. */
export interface DecisionContext<Item extends SyncItem> {
  readonly report: SourceReport<Item>;
  readonly now: Date;
  /** After how many milliseconds an unchanged alert is sent again. */
  readonly refreshAfter: number;
  /** After how many milliseconds it is written down again that an unchanged item was seen. */
  readonly noteAfter: number;
  /** Identities that are wanted now by any item: none of them is ended. Asked for only when something ends. */
  readonly wanted: () => ReadonlySet<string>;
  /** When the item's alert was last sent, also where that was not written down. */
  readonly lastPushed: (tracked: TrackedItem<Item>) => Date | null;
}

/** About an item that the source lists. @param past what is remembered of it, also when it was resolved */
export function decideListed<Item extends SyncItem>(
  item: Item,
  past: TrackedItem<Item> | null,
  context: DecisionContext<Item>,
): SyncDecision<Item> {
  const { report, now } = context;
  const alert = report.toAlert(item, past?.firstSeen ?? now);
  const isOver = !report.isOpen(item, now) || isResolved(alert, now);
  const open = past !== null && past.resolvedAt === null ? past : null;
  if (isOver) {
    return open === null
      ? nothing(item.id, "ignore", "over before an alert was made for it")
      : resolve({ ...open, ticket: item }, "its source says that it is over", context);
  }
  const fault = alertFault({ ...alert, startsAt: acceptableStart(alert, now) });
  if (fault !== null) {
    return nothing(item.id, "reject", `Alertmanager would refuse it: ${fault}`);
  }
  return open === null || open.alertLabels === null
    ? appear(item, alert, past, now)
    : compare(item, alert, open, open.alertLabels, context);
}

/** About an open item that the source does not list. @param isSure whether a missing one may be resolved now */
export function decideMissing<Item extends SyncItem>(
  open: TrackedItem<Item>,
  isSure: boolean,
  context: DecisionContext<Item>,
): SyncDecision<Item> {
  const { report, now } = context;
  const alert = report.toAlert(open.ticket, open.firstSeen);
  if (!report.isOpen(open.ticket, now) || isResolved(alert, now)) {
    return resolve(open, "its announced end has passed", context);
  }
  if (report.incompleteBecause !== null) {
    return refreshOr(
      "hold",
      `not listed, but the fetch is not complete: ${report.incompleteBecause}`,
      open,
      alert,
      context,
    );
  }
  if (report.missing === "out of view" && now.getTime() - open.lastSeen.getTime() >= LONGEST_OUT_OF_VIEW) {
    return resolve(open, "not seen for 30 days", context);
  }
  if (report.missing === "out of view") {
    return refreshOr("keep", "out of the source's view; it ends when its end has passed", open, alert, context);
  }
  return isSure
    ? resolve(open, "gone from a complete fetch", context)
    : refreshOr("hold", "gone, but so many are that a second fetch must say the same", open, alert, context);
}

function appear<Item extends SyncItem>(
  item: Item,
  alert: Alert,
  past: TrackedItem<Item> | null,
  now: Date,
): SyncDecision<Item> {
  const wasKnown = past !== null && past.resolvedAt !== null;
  const next = {
    ticket: item,
    alertLabels: alert.labels,
    firstSeen: past?.firstSeen ?? now,
    lastSeen: now,
    lastPushed: now,
    resolvedAt: null,
  };
  const change: ItemChange = {
    at: now,
    change: wasKnown ? "reopened" : "appeared",
    details: { alert: fingerprint(alert.labels) },
  };
  return {
    id: item.id,
    action: "push",
    reason: wasKnown ? "open again" : "new",
    alerts: [alert],
    next,
    change,
  };
}

function compare<Item extends SyncItem>(
  item: Item,
  alert: Alert,
  open: TrackedItem<Item>,
  oldLabels: Labels,
  context: DecisionContext<Item>,
): SyncDecision<Item> {
  const { report, now } = context;
  const next = { ...open, ticket: item, alertLabels: alert.labels, lastSeen: now, lastPushed: now };
  const relabelled = differences(oldLabels, alert.labels);
  if (relabelled.length > 0) {
    const change: ItemChange = { at: now, change: "changed", details: { labels: relabelled } };
    const reason = `labels changed: ${relabelled.join(", ")}; the old identity ends`;
    const old = { ...report.toAlert(open.ticket, open.firstSeen), labels: oldLabels };
    return { id: item.id, action: "relabel", reason, alerts: [alert, ...ending(old, context)], next, change };
  }
  if (isDeepStrictEqual(item, open.ticket)) {
    return unchanged(alert, open, next, context);
  }
  const old = report.toAlert(open.ticket, open.firstSeen);
  const changed = contentChanges(old, alert);
  if (changed.length > 0) {
    const change: ItemChange = { at: now, change: "changed", details: { changed } };
    const alerts = endsEarlier(old, alert) ? [{ ...old, endsAt: now }, alert] : [alert];
    return { id: item.id, action: "update", reason: `changed: ${changed.join(", ")}`, alerts, next, change };
  }
  const due = isDue(open, context);
  return {
    id: item.id,
    action: "note",
    reason: "the ticket changed, its alert did not",
    alerts: due ? [alert] : [],
    next: { ...next, lastPushed: due ? now : open.lastPushed },
    change: { at: now, change: "changed", details: { changed: ["ticket"] } },
  };
}

/** The same item makes the same alert: it is only kept alive, and now and then it is written down that it was seen. */
function unchanged<Item extends SyncItem>(
  alert: Alert,
  open: TrackedItem<Item>,
  next: TrackedItem<Item>,
  context: DecisionContext<Item>,
): SyncDecision<Item> {
  const decision = refreshOr("keep", "unchanged", open, alert, context);
  const isStale = context.now.getTime() - open.lastSeen.getTime() >= context.noteAfter;
  const lastPushed = decision.action === "refresh" ? context.now : open.lastPushed;
  return isStale ? { ...decision, next: { ...next, lastPushed } } : decision;
}

function refreshOr<Item extends SyncItem>(
  action: "keep" | "hold",
  reason: string,
  open: TrackedItem<Item>,
  alert: Alert,
  context: DecisionContext<Item>,
): SyncDecision<Item> {
  if (!isDue(open, context)) {
    return nothing(open.ticket.id, action, reason);
  }
  const pushed = { ...alert, labels: open.alertLabels ?? alert.labels };
  const isHeld = action === "hold";
  return {
    id: open.ticket.id,
    action: isHeld ? "hold" : "refresh",
    reason: isHeld ? reason : `${reason}; sent again before it times out`,
    alerts: [pushed],
    next: null,
    change: null,
  };
}

function resolve<Item extends SyncItem>(
  open: TrackedItem<Item>,
  reason: string,
  context: DecisionContext<Item>,
): SyncDecision<Item> {
  const { report, now } = context;
  const labels = open.alertLabels;
  const alerts = labels === null ? [] : ending({ ...report.toAlert(open.ticket, open.firstSeen), labels }, context);
  const change: ItemChange = { at: now, change: "resolved", details: { reason } };
  const next = { ...open, lastPushed: now, resolvedAt: now };
  return { id: open.ticket.id, action: "resolve", reason, alerts, next, change };
}

/** The end of an identity, unless it is wanted by another item. */
function ending<Item extends SyncItem>(alert: Alert, context: DecisionContext<Item>): readonly Alert[] {
  return context.wanted().has(fingerprint(alert.labels)) ? [] : [{ ...alert, endsAt: context.now }];
}

function isDue<Item extends SyncItem>(open: TrackedItem<Item>, context: DecisionContext<Item>): boolean {
  const last = context.lastPushed(open);
  const age = last === null ? Number.POSITIVE_INFINITY : context.now.getTime() - last.getTime();
  // Sent in the future: the machine's time was set back, and waiting for it would let the alert end.
  return age >= context.refreshAfter || age < 0;
}

function nothing<Item>(id: string, action: SyncDecision<Item>["action"], reason: string): SyncDecision<Item> {
  return { id, action, reason, alerts: [], next: null, change: null };
}

function contentChanges(old: Alert, alert: Alert): readonly string[] {
  const changes = [...differences(old.annotations, alert.annotations)];
  if (old.endsAt?.getTime() !== alert.endsAt?.getTime()) {
    changes.push("endsAt");
  }
  if (old.startsAt.getTime() !== alert.startsAt.getTime()) {
    changes.push("startsAt");
  }
  return old.generatorURL === alert.generatorURL ? changes : [...changes, "generatorURL"];
}

/** An announced end never moves forward in Alertmanager by itself: the alert has to be ended and sent again. */
function endsEarlier(old: Alert, alert: Alert): boolean {
  const end = alert.endsAt?.getTime() ?? null;
  return old.endsAt !== null && (end === null || end < old.endsAt.getTime());
}

/** Names whose values differ; an empty value is a missing one. */
function differences(left: Labels, right: Labels): readonly string[] {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].filter((name) => (own(left, name) ?? "") !== (own(right, name) ?? ""));
}
