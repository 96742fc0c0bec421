import type { Labels } from "../../alert/alert.ts";

/** An alert that begins to fire (or fires again), as the grouper needs it. */
export interface GroupingEvent {
  /** When it was seen, Unix seconds; events come in about this order. */
  readonly t: number;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Announced begin and end of an intervention, Unix seconds. */
  readonly startsAt?: number;
  readonly endsAt?: number;
}

/** Where an event belongs. The group of an event can still change while a burst is being recognised. */
export interface Assignment {
  /** Number of the event, counted by the grouper. */
  readonly event: number;
  readonly groupId: string;
  readonly rule: string;
  /** One sentence for people. */
  readonly reason: string;
  /** Events of small, fresh groups that this event showed to be part of the same burst. */
  readonly moved: readonly number[];
}

export type Topic = "storage" | "compute" | "administrative" | "unknown";

/** What the rules look at, read once from labels and texts. */
export interface Facts {
  readonly source: "ticket" | "outage" | "alert";
  /** The label set without labels that do not count. */
  readonly identity: string;
  /** Alert name and service, without instance: what people's merges and splits are about. */
  readonly signature: string;
  readonly name: string;
  readonly node: string | null;
  /** Rack, switch or host that the node hangs on, where labels say so. */
  readonly rack: string | null;
  /** Name of the catalogue's service; else the service label itself. */
  readonly service: string | null;
  readonly site: string | null;
  readonly topic: Topic;
  /** Host names in the text of a ticket. */
  readonly hosts: readonly string[];
  /** Something is gone: down, no data, restarts, API errors. What an intervention causes. */
  readonly isLoss: boolean;
  /** Something restarts: what follows a loss, but happens every day without one too. */
  readonly isRestart: boolean;
  /** It warns of something to come (expires soon, full in days): no storm causes it. */
  readonly isForeboding: boolean;
  /** The node itself is reported as gone. */
  readonly isNodeDown: boolean;
  /** The service itself is reported as down. */
  readonly isServiceDown: boolean;
  readonly outage: OutageFacts | null;
}

/** What an intervention touches, as far as its text says. */
export interface OutageFacts {
  readonly system: "network" | "database" | "other";
  /** Unix seconds. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly nodes: readonly string[];
  readonly services: readonly string[];
}

/** Members kept per group, for roots, titles and tests of a burst. */
export interface Member {
  readonly event: number;
  readonly t: number;
  readonly facts: Facts;
}

/** `nodes`: several that went together, as those of one rack do. `network`: losses all over at once. */
export type GroupKind = "ticket" | "outage" | "repeat" | "node" | "nodes" | "network" | "service" | "alone";

/** A group while events may still join it. Plain data: it is saved as it is. */
export interface GroupState {
  readonly id: string;
  kind: GroupKind;
  /** The node, service, site or intervention it is about. */
  subject: string;
  /** Unix seconds of the first and the latest event. */
  openedAt: number;
  lastAt: number;
  /** Bounded: the first and the latest members. */
  members: Member[];
  size: number;
  /** Nodes (or services) that an intervention, or the loss of several nodes, was seen to touch. */
  touched: string[];
}

/** One firing of a label set: when (Unix seconds), its event number, and where it was put. */
export interface Firing {
  readonly t: number;
  readonly event: number;
  groupId: string;
}

/** Everything the grouper remembers, as plain data. */
export interface MemoryState {
  readonly version: 1;
  readonly next: number;
  readonly firstAt: number | null;
  readonly lastAt: number;
  readonly groups: readonly GroupState[];
  readonly identities: readonly (readonly [string, readonly Firing[]])[];
  readonly counts: readonly (readonly [string, number])[];
  readonly recent: readonly Member[];
  readonly places: readonly (readonly [number, string])[];
  /** What people said of two kinds of alerts: above 0 they belong together, below they do not. */
  readonly verdicts?: readonly (readonly [string, number])[];
}
