import type { Alert, Labels } from "../alert/alert.ts";

/** What a source has many of: a ticket, an outage; known by its id within its system. */
export interface SyncItem {
  readonly system: string;
  readonly id: string;
}

/** An item as last seen, with the alert that was pushed for it. The store's TrackedTicket is one. */
export interface TrackedItem<Item> {
  readonly ticket: Item;
  readonly alertLabels: Labels | null;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  readonly lastPushed: Date | null;
  readonly resolvedAt: Date | null;
}

export interface ItemChange {
  readonly at: Date;
  readonly change: "appeared" | "changed" | "resolved" | "reopened";
  readonly details: Readonly<Record<string, unknown>>;
}

/** What sync remembers from run to run, also over restarts. The store's TicketRepository is one. */
export interface SyncMemory<Item extends SyncItem> {
  /** Those not resolved. */
  open(system: Item["system"]): Promise<readonly TrackedItem<Item>[]>;
  get(system: Item["system"], id: string): Promise<TrackedItem<Item> | null>;
  /** Several at once, where the memory can; those not known are left out. */
  getMany?(system: Item["system"], ids: readonly string[]): Promise<readonly TrackedItem<Item>[]>;
  save(
    items: readonly TrackedItem<Item>[],
    changes: readonly { system: Item["system"]; id: string; change: ItemChange }[],
  ): Promise<void>;
}

/** Small states by key. The store's StateRepository is one. */
export interface SyncStates {
  get<T>(key: string): Promise<T | null>;
  put(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
}

/** What a source says now. */
export interface SourceReport<Item extends SyncItem> {
  readonly system: Item["system"];
  readonly items: readonly Item[];
  /** Null after a whole, successful fetch; else why it is not one. Only a whole one ends what is missing from it. */
  readonly incompleteBecause: string | null;
  /** What follows when an open item is missing from a whole answer: it is over, or it is only out of view. */
  readonly missing: "resolved" | "out of view";
  /** True while somebody has to know of it. */
  isOpen(item: Item, now: Date): boolean;
  /** The alert it becomes; depends on nothing but these two. @param seenAt when the item was first seen */
  toAlert(item: Item, seenAt: Date): Alert;
}

/**
 * What is done about one item:
 * push (new or open again) · update (same identity, other content) · relabel (new identity, the old one ends) ·
 * refresh (unchanged, before it times out) · note (only the ticket changed) · keep (nothing to do) · resolve ·
 * hold (would be resolved, if it were sure) · ignore (over before it was seen) · reject (Alertmanager would refuse it).
 */
export type SyncAction =
  | "push"
  | "update"
  | "relabel"
  | "refresh"
  | "note"
  | "keep"
  | "resolve"
  | "hold"
  | "ignore"
  | "reject";

export interface SyncDecision<Item> {
  readonly id: string;
  readonly action: SyncAction;
  readonly reason: string;
  /** What to post, in this order. */
  readonly alerts: readonly Alert[];
  /** What to remember, or null for nothing new. */
  readonly next: TrackedItem<Item> | null;
  readonly change: ItemChange | null;
}

export interface SyncResult<Item> {
  readonly system: string;
  readonly decisions: readonly SyncDecision<Item>[];
  readonly counts: Readonly<Record<SyncAction, number>>;
  /** Alerts posted; 0 in a dry run. */
  readonly sent: number;
  /** Why resolutions were held back, or null. */
  readonly guarded: string | null;
  readonly isDryRun: boolean;
}
