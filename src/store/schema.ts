import { bigserial, boolean, doublePrecision, index, integer, pgTable, primaryKey } from "drizzle-orm/pg-core";
import type { Labels } from "../alert/alert.ts";
import type { AnomalyClass, AnomalyContext, AnomalyKind, Contribution } from "../alert/anomaly.ts";
import type { JudgedRun, Overrule } from "../alert/dqm.ts";
import type { TicketSystem } from "../alert/ticket.ts";
import { bytes, instant, json, words } from "./columns.ts";
import type { AlertChange, AuditEntry, Feedback, LedgerEntry, SlackMessage, TicketChange } from "./store.ts";

/** The one schema of PGlite and PostgreSQL. After a change: `npm run db:generate`, and commit the new migration. */
export const tickets = pgTable(
  "tickets",
  {
    system: words("system").$type<TicketSystem>().notNull(),
    id: words("id").notNull(),
    subject: words("subject").notNull(),
    description: words("description").notNull(),
    status: words("status").notNull(),
    priority: words("priority"),
    type: words("type"),
    vo: words("vo"),
    site: words("site"),
    cmsSite: words("cms_site"),
    createdAt: instant("created_at"),
    updatedAt: instant("updated_at"),
    startsAt: instant("starts_at"),
    endsAt: instant("ends_at"),
    url: words("url").notNull(),
    fields: json("fields").$type<Readonly<Record<string, string>>>().notNull(),
    alertLabels: json("alert_labels").$type<Labels>(),
    firstSeen: instant("first_seen").notNull(),
    lastSeen: instant("last_seen").notNull(),
    lastPushed: instant("last_pushed"),
    resolvedAt: instant("resolved_at"),
  },
  (table) => [primaryKey({ columns: [table.system, table.id] }), index().on(table.system, table.resolvedAt)],
);

export const ticketChanges = pgTable(
  "ticket_changes",
  {
    row: bigserial("row", { mode: "number" }).primaryKey(),
    system: words("system").$type<TicketSystem>().notNull(),
    id: words("id").notNull(),
    at: instant("at").notNull(),
    change: words("change").$type<TicketChange["change"]>().notNull(),
    details: json("details").$type<TicketChange["details"]>().notNull(),
  },
  (table) => [index().on(table.system, table.id), index().on(table.at)],
);

export const anomalies = pgTable(
  "anomalies",
  {
    id: words("id").primaryKey(),
    entity: words("entity").notNull(),
    service: words("service").notNull(),
    detector: words("detector").notNull(),
    modelVersion: words("model_version").notNull(),
    kind: words("kind").$type<AnomalyKind>().notNull(),
    class: words("class").$type<AnomalyClass>().notNull(),
    openedAt: instant("opened_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
    closedAt: instant("closed_at"),
    peakAt: instant("peak_at").notNull(),
    score: doublePrecision("score").notNull(),
    peakScore: doublePrecision("peak_score").notNull(),
    threshold: doublePrecision("threshold").notNull(),
    contributions: json("contributions").$type<readonly Contribution[]>().notNull(),
    evidence: json("evidence").$type<readonly string[]>().notNull(),
    /** Its times are texts here. */
    context: json("context").$type<AnomalyContext>(),
    partOf: words("part_of"),
  },
  (table) => [
    index().on(table.closedAt),
    index().on(table.openedAt.desc()),
    index().on(table.service, table.openedAt.desc()),
  ],
);

export const models = pgTable(
  "models",
  {
    id: words("id").primaryKey(),
    entity: words("entity").notNull(),
    service: words("service").notNull(),
    detector: words("detector").notNull(),
    version: words("version").notNull(),
    trainedAt: instant("trained_at").notNull(),
    trainedFrom: instant("trained_from").notNull(),
    trainedTo: instant("trained_to").notNull(),
    metrics: json("metrics").$type<readonly string[]>().notNull(),
    threshold: doublePrecision("threshold").notNull(),
    figures: json("figures").$type<Readonly<Record<string, number>>>().notNull(),
    active: boolean("active").notNull(),
    note: words("note"),
    bytes: bytes("bytes").notNull(),
  },
  (table) => [index().on(table.entity, table.detector)],
);

export const alertChanges = pgTable(
  "alert_changes",
  {
    row: bigserial("row", { mode: "number" }).primaryKey(),
    fingerprint: words("fingerprint").notNull(),
    at: instant("at").notNull(),
    state: words("state").$type<AlertChange["state"]>().notNull(),
    labels: json("labels").$type<Labels>().notNull(),
    annotations: json("annotations").$type<Labels>().notNull(),
    groupId: words("group_id"),
    actor: words("actor"),
  },
  (table) => [index().on(table.at.desc()), index().on(table.fingerprint, table.at)],
);

export const messages = pgTable(
  "messages",
  {
    groupId: words("group_id").notNull(),
    channel: words("channel").notNull(),
    ts: words("ts").notNull(),
    kind: words("kind").$type<SlackMessage["kind"]>().notNull(),
    key: words("key"),
    mention: words("mention"),
    hash: words("hash").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.channel, table.ts] }), index().on(table.groupId)],
);

export const claims = pgTable(
  "claims",
  { deliveryId: words("delivery_id").primaryKey(), at: instant("at").notNull() },
  (table) => [index().on(table.at)],
);

export const acknowledgements = pgTable(
  "acknowledgements",
  {
    groupId: words("group_id").notNull(),
    by: words("by").notNull(),
    at: instant("at").notNull(),
    until: instant("until").notNull(),
    silenceId: words("silence_id"),
    endedAt: instant("ended_at"),
  },
  (table) => [primaryKey({ columns: [table.groupId, table.at] }), index().on(table.endedAt)],
);

export const silences = pgTable(
  "silences",
  {
    silenceId: words("silence_id").primaryKey(),
    owner: words("owner").notNull(),
    reason: words("reason").notNull(),
    purpose: words("purpose").$type<LedgerEntry["purpose"]>().notNull(),
    groupId: words("group_id"),
    matchers: json("matchers").$type<readonly string[]>().notNull(),
    startsAt: instant("starts_at").notNull(),
    endsAt: instant("ends_at").notNull(),
    endedAt: instant("ended_at"),
    hidden: json("hidden").$type<readonly string[]>().notNull(),
  },
  (table) => [index().on(table.endedAt), index().on(table.startsAt.desc())],
);

export const feedback = pgTable(
  "feedback",
  {
    id: words("id").primaryKey(),
    at: instant("at").notNull(),
    by: words("by").notNull(),
    kind: words("kind").$type<Feedback["kind"]>().notNull(),
    subject: words("subject").notNull(),
    details: json("details").$type<Feedback["details"]>().notNull(),
    revokedAt: instant("revoked_at"),
  },
  (table) => [index().on(table.subject), index().on(table.at.desc())],
);

export const overrides = pgTable(
  "overrides",
  {
    id: words("id").primaryKey(),
    roster: words("roster").notNull(),
    person: words("person").notNull(),
    from: instant("from").notNull(),
    to: instant("to").notNull(),
    by: words("by").notNull(),
  },
  (table) => [index().on(table.to)],
);

export const deliveries = pgTable(
  "deliveries",
  {
    id: words("id").primaryKey(),
    groupId: words("group_id").notNull(),
    person: words("person").notNull(),
    way: words("way").notNull().default("slack"),
    step: integer("step").notNull(),
    sentAt: instant("sent_at").notNull(),
    deliveredAt: instant("delivered_at"),
    seenAt: instant("seen_at"),
    answeredAt: instant("answered_at"),
  },
  (table) => [index().on(table.groupId), index().on(table.sentAt)],
);

export const audit = pgTable(
  "audit",
  {
    row: bigserial("row", { mode: "number" }).primaryKey(),
    at: instant("at").notNull(),
    actor: words("actor").notNull(),
    via: words("via").$type<AuditEntry["via"]>().notNull(),
    action: words("action").notNull(),
    subject: words("subject").notNull(),
    details: json("details").$type<AuditEntry["details"]>().notNull(),
  },
  (table) => [index().on(table.at.desc())],
);

export const judgedRuns = pgTable(
  "run_qualities",
  {
    run: integer("run").primaryKey(),
    judgedAt: instant("judged_at").notNull(),
    detector: words("detector").notNull(),
    lumis: json("lumis").$type<JudgedRun["lumis"]>().notNull(),
    evidence: json("evidence").$type<JudgedRun["evidence"]>().notNull(),
  },
  (table) => [index().on(table.judgedAt)],
);

export const overrules = pgTable(
  "overrules",
  {
    id: words("id").primaryKey(),
    run: integer("run").notNull(),
    first: integer("first").notNull(),
    last: integer("last").notNull(),
    status: words("status").$type<Overrule["status"]>().notNull(),
    reason: words("reason").notNull(),
    by: words("by").notNull(),
    via: words("via").$type<Overrule["via"]>().notNull(),
    at: instant("at").notNull(),
    revokedAt: instant("revoked_at"),
  },
  (table) => [index().on(table.run), index().on(table.at.desc())],
);

export const states = pgTable("states", {
  key: words("key").primaryKey(),
  /** In a box: a JSON null would become SQL's. */
  boxed: json("boxed").$type<{ readonly value?: unknown }>().notNull(),
});
