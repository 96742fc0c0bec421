import type { Anomaly } from "../../src/alert/anomaly.ts";
import type {
  AlertChange,
  Delivery,
  Feedback,
  LedgerEntry,
  SlackMessage,
  StoredModel,
  TrackedTicket,
} from "../../src/store/store.ts";

/** Minutes after a fixed morning. */
export function minute(minutes: number): Date {
  return new Date(Date.UTC(2026, 9, 25, 6, 0, 0, 123) + minutes * 60_000);
}

export function trackedTicket(id: string, more: Partial<TrackedTicket> = {}): TrackedTicket {
  return {
    ticket: {
      system: "ggus",
      id,
      subject: "Transfers fail",
      description: "all of them\nsince noon",
      status: "assigned",
      priority: "urgent",
      type: null,
      vo: "cms",
      site: "CERN-PROD",
      cmsSite: "T2_CH_CERN",
      createdAt: minute(0),
      updatedAt: minute(5),
      startsAt: null,
      endsAt: null,
      url: `https://ggus.eu/${id}`,
      fields: { zebra: "1", apple: "2" },
    },
    alertLabels: { alertname: `ggus-${id}`, service: "GGUS" },
    firstSeen: minute(1),
    lastSeen: minute(6),
    lastPushed: null,
    resolvedAt: null,
    ...more,
  };
}

export function anomaly(id: string, more: Partial<Anomaly> = {}): Anomaly {
  return {
    id,
    entity: "dbs-1",
    service: "dbs",
    detector: "aefc",
    modelVersion: "3",
    kind: "point",
    class: "performance",
    openedAt: minute(0),
    updatedAt: minute(2),
    closedAt: null,
    peakAt: minute(1),
    score: 4.25,
    peakScore: 7.0000001,
    threshold: 4,
    contributions: [{ metric: "cpu", share: 1, seen: 99.5, expected: null }],
    evidence: ["cpu was 99.5, expected about 12"],
    ...more,
  };
}

export function model(id: string, more: Partial<StoredModel> = {}): StoredModel {
  return {
    id,
    entity: "dbs-1",
    service: "dbs",
    detector: "aefc",
    version: id,
    trainedAt: minute(0),
    trainedFrom: minute(-1000),
    trainedTo: minute(-1),
    metrics: ["cpu", "memory"],
    note: null,
    threshold: 0.125,
    figures: { loss: 0.01 },
    active: true,
    bytes: Uint8Array.from([0, 1, 254, 255]),
    ...more,
  };
}

export function alertChange(fingerprint: string, more: Partial<AlertChange> = {}): AlertChange {
  return {
    fingerprint,
    at: minute(0),
    state: "firing",
    labels: { alertname: "DbsDown", service: "dbs" },
    annotations: { summary: "down" },
    groupId: "group-1",
    actor: null,
    ...more,
  };
}

export function slackMessage(groupId: string, ts: string, more: Partial<SlackMessage> = {}): SlackMessage {
  return {
    groupId,
    channel: "C1",
    ts,
    kind: "group",
    key: null,
    mention: null,
    hash: "abc",
    updatedAt: minute(0),
    ...more,
  };
}

export function ledgerEntry(silenceId: string, more: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    silenceId,
    owner: "ada",
    reason: "known",
    purpose: "manual",
    groupId: null,
    matchers: ['service="dbs"'],
    startsAt: minute(0),
    endsAt: minute(60),
    endedAt: null,
    hidden: ["0011223344556677"],
    ...more,
  };
}

export function feedback(id: string, more: Partial<Feedback> = {}): Feedback {
  return {
    id,
    at: minute(0),
    by: "ada",
    kind: "helped",
    subject: "runbook-1",
    details: { rank: 1 },
    revokedAt: null,
    ...more,
  };
}

export function delivery(id: string, more: Partial<Delivery> = {}): Delivery {
  return {
    id,
    way: "slack",
    groupId: "group-1",
    person: "ada",
    step: 0,
    sentAt: minute(0),
    deliveredAt: null,
    seenAt: null,
    answeredAt: null,
    ...more,
  };
}
