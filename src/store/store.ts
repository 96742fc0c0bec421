import type { Labels } from "../alert/alert.ts";
import type { Anomaly } from "../alert/anomaly.ts";
import type { JudgedRun, Overrule } from "../alert/dqm.ts";
import type { Acknowledgement, LedgerEntry } from "../alert/silence.ts";
import type { Ticket, TicketSystem } from "../alert/ticket.ts";

export type { Acknowledgement, LedgerEntry } from "../alert/silence.ts";

/**
 * Everything that must survive a restart. PGlite and PostgreSQL implement it by the same code and migrations;
 * a promise that has resolved means the data survives kill -9.
 */
export interface Store {
  readonly tickets: TicketRepository;
  readonly anomalies: AnomalyRepository;
  readonly models: ModelRepository;
  readonly history: AlertHistoryRepository;
  readonly messages: MessageRepository;
  readonly acknowledgements: AcknowledgementRepository;
  readonly silences: SilenceLedgerRepository;
  readonly feedback: FeedbackRepository;
  readonly oncall: OncallRepository;
  readonly audit: AuditRepository;
  /** Verdicts on runs' lumisections, and what people said over them. */
  readonly dqm: DqmRepository;
  /** Small JSON states by key, e.g. a scorer's state per entity, a source's last success. */
  readonly states: StateRepository;
  /**
   * Deletes what is older than `before` and over: resolved tickets, closed anomalies, inactive models, alert changes up to
   * a resolution, messages, claims, ended acknowledgements, silences and overrides, revoked feedback and overrules, verdicts on runs that nobody
   * overruled, pages, audit entries.
   * Open ones, feedback that counts and states stay. Gives the number of rows.
   */
  prune(before: Date): Promise<number>;
  close(): Promise<void>;
}

/** A ticket as last seen, with the alert that was pushed for it (null before the first push). */
export interface TrackedTicket {
  readonly ticket: Ticket;
  /** Labels of the alert pushed for it. */
  readonly alertLabels: Labels | null;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  readonly lastPushed: Date | null;
  /** When it was found gone or ended, else null. */
  readonly resolvedAt: Date | null;
}

export interface TicketChange {
  readonly at: Date;
  readonly change: "appeared" | "changed" | "resolved" | "reopened";
  readonly details: Readonly<Record<string, unknown>>;
}

export interface TicketRepository {
  open(system: TicketSystem): Promise<readonly TrackedTicket[]>;
  get(system: TicketSystem, id: string): Promise<TrackedTicket | null>;
  /** Those of the ids that are known, resolved ones too, in any order. */
  getMany(system: TicketSystem, ids: readonly string[]): Promise<readonly TrackedTicket[]>;
  /** Those whose announced time (begin to end, or without an end) overlaps this one, newest first; at most `limit`. */
  announced(system: TicketSystem, range: { from: Date; to: Date }, limit: number): Promise<readonly TrackedTicket[]>;
  /** Inserts or replaces all of them and records the changes, in one transaction. */
  save(
    tickets: readonly TrackedTicket[],
    changes: readonly { system: TicketSystem; id: string; change: TicketChange }[],
  ): Promise<void>;
  /** Oldest first. */
  history(system: TicketSystem, id: string): Promise<readonly TicketChange[]>;
}

export interface AnomalyRepository {
  /** Inserts, or replaces the one of the same id. */
  save(anomalies: readonly Anomaly[]): Promise<void>;
  open(): Promise<readonly Anomaly[]>;
  /**
   * Newest first; of one service or one entity when given. Events that are part of a service's event are left out unless
   * `parts` is true or an entity is named.
   */
  recent(options: {
    since: Date;
    service?: string;
    entity?: string;
    parts?: boolean;
    limit: number;
  }): Promise<readonly Anomaly[]>;
  get(id: string): Promise<Anomaly | null>;
}

/** One trained unit: scaler, model, calibration and threshold, as one version. */
export interface StoredModel {
  readonly id: string;
  readonly entity: string;
  readonly service: string;
  readonly detector: string;
  readonly version: string;
  readonly trainedAt: Date;
  readonly trainedFrom: Date;
  readonly trainedTo: Date;
  readonly metrics: readonly string[];
  readonly threshold: number;
  /** Figures of its validation, for people. */
  readonly figures: Readonly<Record<string, number>>;
  readonly active: boolean;
  /** Why it was trained, and why it is or is not live, for people. */
  readonly note: string | null;
  readonly bytes: Uint8Array;
}

export interface ModelRepository {
  /**
   * Saves a model; when it is active, the entity's other models of this detector stop being so, in one transaction.
   * Of an entity's detector the ten newest versions are kept.
   */
  save(model: StoredModel): Promise<void>;
  active(entity: string): Promise<readonly StoredModel[]>;
  /** Newest first of each entity and detector; only the active ones, or those of one entity, when asked for. */
  list(options?: { active?: boolean; entity?: string }): Promise<readonly Omit<StoredModel, "bytes">[]>;
  /** Makes an older version active again; the note, when given, replaces its own. @throws UserError when there is no such model. */
  activate(id: string, note?: string): Promise<void>;
}

export interface AlertChange {
  readonly fingerprint: string;
  readonly at: Date;
  readonly state: "firing" | "changed" | "acknowledged" | "unacknowledged" | "silenced" | "unsilenced" | "resolved";
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly groupId: string | null;
  readonly actor: string | null;
}

export interface AlertHistoryRepository {
  append(changes: readonly AlertChange[]): Promise<void>;
  /** Newest first. */
  since(at: Date, limit: number): Promise<readonly AlertChange[]>;
  /** Oldest first, the last 10,000. */
  of(fingerprint: string): Promise<readonly AlertChange[]>;
  /** How each alert was seen last (firing, silenced, unsilenced or resolved), of those that changed since. */
  last(since: Date): Promise<readonly AlertChange[]>;
}

/** Where a group's living message is. */
export interface SlackMessage {
  readonly groupId: string;
  readonly channel: string;
  readonly ts: string;
  /** `copy`: a group shown to somebody who subscribed. */
  readonly kind: "group" | "page" | "copy" | "digest" | "summary";
  /** What it was sent for, e.g. one page of several about the same group; null for messages of earlier versions. */
  readonly key?: string | null;
  /** Member whom it mentions, null for nobody. */
  readonly mention?: string | null;
  /** Digest of what it shows: an edit that changes nothing is not sent. */
  readonly hash: string;
  readonly updatedAt: Date;
}

export interface MessageRepository {
  save(message: SlackMessage): Promise<void>;
  of(groupId: string): Promise<readonly SlackMessage[]>;
  byTs(channel: string, ts: string): Promise<SlackMessage | null>;
  /** True the first time a delivery id (a Slack event, a page) is seen, false ever after: also across replicas. */
  claim(deliveryId: string, at: Date): Promise<boolean>;
}

export interface AcknowledgementRepository {
  /** Inserts, or replaces the one of the same group and `at`; earlier ones of the group that are still in force end at `at`. */
  save(acknowledgement: Acknowledgement): Promise<void>;
  /** Not ended; their `until` may have passed. */
  active(): Promise<readonly Acknowledgement[]>;
  /** The newest of the group. */
  of(groupId: string): Promise<Acknowledgement | null>;
}

export interface SilenceLedgerRepository {
  save(entry: LedgerEntry): Promise<void>;
  /** Not ended; their `endsAt` may have passed. */
  active(): Promise<readonly LedgerEntry[]>;
  get(silenceId: string): Promise<LedgerEntry | null>;
  recent(limit: number): Promise<readonly LedgerEntry[]>;
}

export interface Feedback {
  readonly id: string;
  readonly at: Date;
  readonly by: string;
  readonly kind: "not-anomaly" | "helped" | "did-not-help" | "wrong-group" | "wrong-severity" | "wrong-link";
  readonly subject: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly revokedAt: Date | null;
}

export interface FeedbackRepository {
  save(feedback: Feedback): Promise<void>;
  /** Newest first, the revoked too. */
  list(options: { kind?: Feedback["kind"]; subject?: string; limit: number }): Promise<readonly Feedback[]>;
  get(id: string): Promise<Feedback | null>;
}

export interface OncallOverride {
  readonly id: string;
  readonly roster: string;
  readonly person: string;
  readonly from: Date;
  readonly to: Date;
  readonly by: string;
}

/** A page to a person, by one way. */
export interface Delivery {
  readonly id: string;
  /** How it goes: `slack`, `email`, or a webhook by its name. */
  readonly way?: string;
  readonly groupId: string;
  readonly person: string;
  readonly step: number;
  readonly sentAt: Date;
  readonly deliveredAt: Date | null;
  /** First sign that the person has looked: a press on it, App Home that lists it, a command about it. */
  readonly seenAt: Date | null;
  readonly answeredAt: Date | null;
}

export interface OncallRepository {
  saveOverride(override: OncallOverride): Promise<void>;
  /** Those in force at some moment from `from` until before `to`. */
  overrides(from: Date, to: Date): Promise<readonly OncallOverride[]>;
  removeOverride(id: string): Promise<void>;
  saveDelivery(delivery: Delivery): Promise<void>;
  /** Oldest first. */
  deliveries(groupId: string): Promise<readonly Delivery[]>;
  /** Pages sent at or after a moment, newest first. */
  deliveriesSince(at: Date, limit: number): Promise<readonly Delivery[]>;
}

export interface AuditEntry {
  readonly at: Date;
  readonly actor: string;
  readonly via: "slack" | "web" | "cli" | "system";
  readonly action: string;
  readonly subject: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AuditRepository {
  append(entry: AuditEntry): Promise<void>;
  recent(limit: number): Promise<readonly AuditEntry[]>;
}

export interface DqmRepository {
  /** Inserts, or replaces the one of the same run. */
  saveRun(dqm: JudgedRun): Promise<void>;
  run(run: number): Promise<JudgedRun | null>;
  /** Highest run numbers first. */
  runs(limit: number): Promise<readonly JudgedRun[]>;
  saveOverrule(overrule: Overrule): Promise<void>;
  /** Of these runs (of all without), newest first, those taken back too. */
  overrules(options: { readonly runs?: readonly number[]; readonly limit: number }): Promise<readonly Overrule[]>;
}

export interface StateRepository {
  get<T>(key: string): Promise<T | null>;
  put(key: string, value: unknown): Promise<void>;
  /** All keys with the prefix, with their values. */
  list<T>(prefix: string): Promise<ReadonlyMap<string, T>>;
  remove(key: string): Promise<void>;
}
