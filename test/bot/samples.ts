import type { ActiveAlert } from "../../src/alert/alert.ts";
import type { Anomaly } from "../../src/alert/anomaly.ts";
import { fingerprint } from "../../src/alert/fingerprint.ts";
import type { AlertGroup, Person } from "../../src/alert/group.ts";
import type { Ticket } from "../../src/alert/ticket.ts";
import type { RosterChange } from "../../src/oncall/handoff.ts";
import type { MetricSeries, Overview, Part, ServiceStatus } from "../../src/status/status-types.ts";

export const NOW = new Date("2026-03-02T10:00:00Z");

export function earlier(milliseconds: number): Date {
  return new Date(NOW.getTime() - milliseconds);
}

export function fresh<T>(value: T): Part<T> {
  return { kind: "fresh", value, at: earlier(12_000) };
}

export function sampleAlert(labels: Record<string, string> = {}): ActiveAlert {
  const all = {
    alertname: "CMSWEBAnomaly",
    service: "dbs",
    severity: "high",
    detector: "aefc",
    pod: "dbs-global-r-1",
    ...labels,
  };
  return {
    labels: all,
    annotations: { summary: "cpu at 4.1 instead of 0.8", anomaly: "a-1" },
    startsAt: earlier(600_000),
    endsAt: null,
    generatorURL: "http://127.0.0.1:8420/services/dbs",
    fingerprint: fingerprint(all),
    state: "active",
    silencedBy: [],
    inhibitedBy: [],
    receivers: ["cmswatch"],
    updatedAt: earlier(10_000),
  };
}

export function sampleGroup(change: Partial<AlertGroup> = {}): AlertGroup {
  const alert = sampleAlert();
  return {
    id: "g-1a2b3c4d",
    title: "CPU of dbs is far above what is usual",
    service: "dbs",
    severity: "high",
    state: "firing",
    startsAt: earlier(600_000),
    endsAt: null,
    alerts: [alert],
    rootFingerprint: alert.fingerprint,
    runbook: {
      id: "dbs",
      title: "DBS is slow or down",
      url: "https://example.org/runbooks/dbs",
      firstSteps: ["Look at the pods of namespace dbs", "Look at the database's sessions"],
      confidence: 1,
    },
    solutions: [
      {
        id: "restart-readers",
        text: "Restart the reader pods one by one",
        source: "history",
        reason: "It helped 3 of 4 times.",
      },
    ],
    owners: ["dbs-developers"],
    reasons: ["All of it is the same service within five minutes."],
    ...change,
  };
}

export function sampleAnomaly(change: Partial<Anomaly> = {}): Anomaly {
  return {
    id: "a-1",
    entity: "dbs",
    service: "dbs",
    detector: "aefc",
    modelVersion: "2026-03-01T04:00:00Z",
    kind: "contextual",
    class: "performance",
    openedAt: earlier(600_000),
    updatedAt: earlier(15_000),
    closedAt: null,
    peakAt: earlier(120_000),
    score: 6.1,
    peakScore: 7.4,
    threshold: 4,
    contributions: [
      { metric: "cpu", share: 0.7, seen: 4.1, expected: 0.8 },
      { metric: "memory", share: 0.3, seen: 2.1e9, expected: 1.9e9 },
    ],
    evidence: ["The value is within its usual range, but not at this time of day."],
    ...change,
  };
}

export function sampleTicket(change: Partial<Ticket> = {}): Ticket {
  return {
    system: "ggus",
    id: "155123",
    subject: "Transfers to T2_CH_CERN fail <!channel>",
    description: "",
    status: "in progress",
    priority: "urgent",
    type: null,
    vo: "cms",
    site: "CERN-PROD",
    cmsSite: "T2_CH_CERN",
    createdAt: earlier(86_400_000),
    updatedAt: earlier(3_600_000),
    startsAt: null,
    endsAt: null,
    url: "https://ggus.eu/index.php?mode=ticket_info&ticket_id=155123",
    fields: {},
    ...change,
  };
}

/** A roster that passes from Blaise to somebody, or to nobody. */
export function sampleChange(roster: string, coming: Person | null): RosterChange {
  const until = earlier(-86_400_000);
  const role = {
    roster,
    role: "primary",
    key: roster,
    person: coming,
    until,
    because: "weekly",
    source: "rotation",
  } as const;
  const changes = [{ role, leaving: "Blaise" }];
  const duty = { roster, channel: null, roles: [role] };
  return { key: `handoff/${roster}:1:${coming?.name}`, duty, changes, nobody: coming === null };
}

export function sampleSeries(points = 120): MetricSeries {
  const times = Array.from({ length: points }, (_, index) => NOW.getTime() - (points - index) * 60_000);
  const usual = (index: number) => 0.8 + 0.2 * Math.sin(index / 9);
  return {
    entity: "dbs",
    metric: "cpu",
    unit: "cores",
    times,
    values: times.map((_, index) => (index > points - 12 ? 4.1 : usual(index))),
    low: times.map((_, index) => usual(index) - 0.3),
    high: times.map((_, index) => usual(index) + 0.3),
    anomalous: [{ from: earlier(660_000), to: null }],
  };
}

export function sampleStatus(change: Partial<ServiceStatus> = {}): ServiceStatus {
  return {
    known: true,
    service: "dbs",
    title: "Dataset bookkeeping",
    state: "failing",
    headline: "Yes, it is us: cpu of dbs is 5× higher than usual, and no ticket explains it.",
    since: earlier(600_000),
    owners: ["dbs-developers"],
    anomalies: fresh([sampleAnomaly()]),
    series: fresh(sampleSeries()),
    tickets: fresh([sampleTicket()]),
    alerts: fresh([sampleGroup()]),
    silences: fresh([
      {
        silence: {
          id: "5f0c6c1e-0000-4000-8000-000000000000",
          matchers: [],
          startsAt: earlier(3_600_000),
          endsAt: earlier(-3_600_000),
          createdBy: "grace",
          comment: "deploying 3.4",
          state: "active",
          updatedAt: earlier(3_600_000),
        },
        owner: "grace",
        hides: 2,
      },
    ]),
    oncall: fresh([
      { roster: "cmsweb", person: { name: "Ada" }, until: earlier(-7_200_000), because: "weekly rotation" },
    ]),
    runbook: fresh({
      id: "dbs",
      title: "DBS is slow or down",
      url: "https://example.org/runbooks/dbs",
      firstSteps: [],
      confidence: 1,
    }),
    dependencies: [{ service: "frontend", state: "ok" }],
    dashboard: "https://example.org/d/dbs",
    ...change,
  };
}

export function sampleOverview(change: Partial<Overview> = {}): Overview {
  const service = (name: string, state: "ok" | "failing" | "degraded") => ({
    service: name,
    title: name,
    state,
    headline: state === "ok" ? "as usual" : "cpu is 5× higher than usual",
    since: state === "ok" ? null : earlier(600_000),
    alerts: state === "ok" ? 0 : 1,
    anomalies: state === "ok" ? 0 : 1,
  });
  return {
    services: [
      service("dbs", "failing"),
      service("das", "degraded"),
      service("frontend", "ok"),
      service("crabserver", "ok"),
    ],
    alerts: fresh([sampleGroup()]),
    tickets: fresh([sampleTicket()]),
    silences: fresh([]),
    oncall: fresh([{ roster: "cmsweb", person: { name: "Ada" }, until: null, because: "weekly rotation" }]),
    sources: [{ name: "prometheus", state: "ok", at: earlier(5000), because: "" }],
    ...change,
  };
}
