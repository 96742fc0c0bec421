import { describe, expect, it } from "vitest";
import type { ActiveAlert } from "../../src/alert/alert.ts";
import type { Anomaly } from "../../src/alert/anomaly.ts";
import type { AlertGroup } from "../../src/alert/group.ts";
import { DEFAULT_SEVERITIES } from "../../src/alert/severity.ts";
import { loadCatalogue } from "../../src/config/catalogue.ts";
import { createCurrentState } from "../../src/status/current-state.ts";
import { createStatusSource } from "../../src/status/status.ts";
import type { ServiceStatus } from "../../src/status/status-types.ts";

const now = new Date("2026-03-01T12:00:00Z");
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

function setUp() {
  const current = createCurrentState(60_000);
  const status = createStatusSource({
    current,
    catalogue: loadCatalogue(null),
    store: {
      anomalies: { save: async () => {}, open: async () => [], recent: async () => [], get: async () => null },
      silences: { save: async () => {}, active: async () => [], get: async () => null, recent: async () => [] },
    },
    severities: DEFAULT_SEVERITIES,
    failingFrom: DEFAULT_SEVERITIES.high,
    oncall: async () => [{ roster: "primary", person: { name: "Ada" }, until: null, because: "rotation" }],
    runbooks: () => [],
    touches: () => ["dbs"],
  });
  const dbs = async () => (await status.service("DBS2GO", now)) as ServiceStatus;
  return { current, status, dbs };
}

const alert = (labels: Record<string, string>): ActiveAlert => ({
  labels,
  annotations: {},
  startsAt: ago(10),
  endsAt: null,
  fingerprint: "1",
  state: "active",
  silencedBy: [],
  inhibitedBy: [],
  receivers: [],
  updatedAt: ago(1),
});
const group = (over: Partial<AlertGroup>): AlertGroup => ({
  id: "g123456",
  title: "DBS is slow",
  service: "dbs",
  severity: "high",
  state: "firing",
  startsAt: ago(10),
  endsAt: null,
  alerts: [],
  rootFingerprint: null,
  runbook: null,
  solutions: [],
  owners: [],
  reasons: [],
  ...over,
});
const anomaly = (over: Partial<Anomaly>): Anomaly => ({
  id: "a",
  entity: "dbs",
  service: "dbs",
  detector: "aefc",
  modelVersion: "1",
  kind: "point",
  class: "performance",
  openedAt: ago(5),
  updatedAt: ago(0),
  closedAt: null,
  peakAt: ago(2),
  score: 6,
  peakScore: 8,
  threshold: 4,
  contributions: [{ metric: "latency", share: 1, seen: 9, expected: 1 }],
  evidence: [],
  ...over,
});
const view = (state: "ok" | "learning" | "missing", note: string | null = null) => ({
  entity: "dbs",
  service: "dbs",
  state,
  note,
  score: 1,
  threshold: 4,
  detector: "aefc",
  modelVersion: "1",
  at: ago(0),
});

it("bad lumisections are shown at the service of their data, and do not make it fail", async () => {
  const { current, status } = setUp();
  const bad = alert({ alertname: "BadLumisections", run: "297050", service: "dqm", severity: "high" });
  current.groups.set([group({ id: "bad", title: "Run 297050", service: "dqmgui", alerts: [bad] })], now);
  const only = (await status.service("dqmgui", now)) as ServiceStatus;
  expect(only.state).toBe("unknown");
  expect(only.alerts).toMatchObject({ value: [{ id: "bad" }] });
  const down = alert({ alertname: "DqmguiDown", service: "dqmgui", severity: "high" });
  current.groups.set([group({ title: "DQM GUI is down", service: "dqmgui", alerts: [bad, down] })], now);
  expect(((await status.service("dqmgui", now)) as ServiceStatus).state).toBe("failing");
});

describe("the status of a service", () => {
  it("says which parts are missing and why, before anything has come", async () => {
    const { dbs } = setUp();
    const answer = await dbs();
    expect(answer.state).toBe("unknown");
    expect(answer.alerts).toEqual({ kind: "missing", because: expect.stringContaining("Alertmanager") });
    expect(answer.series.kind).toBe("missing");
  });

  it("is never ok without metrics", async () => {
    const { current, dbs } = setUp();
    current.setEntity(view("missing", "no data of cpu"));
    expect(await dbs()).toMatchObject({ state: "unknown", headline: expect.stringContaining("no data of cpu") });
    current.setEntity(view("learning", "2h of history are missing"));
    expect(await dbs()).toMatchObject({ state: "learning" });
    current.setEntity(view("ok"));
    expect(await dbs()).toMatchObject({ state: "ok" });
  });

  it("fails by a severe alert, degrades by a lesser one or an anomaly, and says when a silence hides it", async () => {
    const { current, dbs } = setUp();
    current.setEntity(view("ok"));
    current.anomalies.set([anomaly({})], now);
    expect(await dbs()).toMatchObject({ state: "degraded", headline: expect.stringContaining("latency") });
    current.groups.set([group({ severity: "warning" })], now);
    expect(await dbs()).toMatchObject({ state: "degraded", headline: "DBS is slow" });
    current.groups.set([group({ state: "acknowledged" }), group({ severity: "warning" })], now);
    expect(await dbs()).toMatchObject({ state: "failing", headline: "DBS is slow (acknowledged), and 1 more" });
    current.groups.set([group({ state: "silenced" })], now);
    expect(await dbs()).toMatchObject({ state: "silenced" });
    current.groups.set([group({ state: "resolved" })], now);
    current.anomalies.set([], now);
    expect(await dbs()).toMatchObject({ state: "ok" });
  });

  it("counts a group by its members' labels and the service's aliases", async () => {
    const { current, dbs } = setUp();
    current.groups.set([group({ service: null, alerts: [alert({ service: "dbs2go" })] })], now);
    expect((await dbs()).alerts).toMatchObject({ kind: "fresh", value: [{ id: "g123456" }] });
  });

  it("keeps the last good answer of a source that fails, and says it is old", async () => {
    const { current, dbs } = setUp();
    current.groups.set([group({})], ago(2));
    current.groups.fail("Alertmanager: connection refused", now);
    expect((await dbs()).alerts).toMatchObject({
      kind: "stale",
      because: "Alertmanager: connection refused",
      at: ago(2),
    });
  });

  it("calls an answer stale that was not renewed", async () => {
    const { current, dbs } = setUp();
    current.groups.set([], ago(10));
    expect((await dbs()).alerts.kind).toBe("stale");
  });

  it("shows the worst metric with its band and when it was anomalous", async () => {
    const { current, dbs } = setUp();
    current.setEntity(view("ok"));
    current.anomalies.set([anomaly({})], now);
    const point = { score: 1, metrics: ["cpu", "latency"], values: [1, 9], low: [0, Number.NaN], high: [2, 3] };
    current.addPoint("dbs", { ...point, at: ago(120) });
    current.addPoint("dbs", { ...point, at: ago(1) });
    expect((await dbs()).series).toMatchObject({
      kind: "fresh",
      value: { metric: "latency", values: [9], low: [null], high: [3], anomalous: [{ from: ago(5), to: null }] },
    });
  });

  it("gives suggestions for a name that is no service", async () => {
    const { status } = setUp();
    expect(await status.service("dsb", now)).toMatchObject({
      known: false,
      suggestions: expect.arrayContaining(["dbs"]),
    });
  });
});

describe("the overview", () => {
  it("lists every service, worst first", async () => {
    const { current, status } = setUp();
    current.groups.set([group({ service: "das", severity: "urgent" })], now);
    const overview = await status.overview(now);
    expect(overview.services).toHaveLength(24);
    expect(overview.services[0]).toMatchObject({ service: "das", state: "failing", alerts: 1 });
  });
});

describe("a group", () => {
  it("is found by its id, or by a prefix that only one has", async () => {
    const { current, status } = setUp();
    current.groups.set([group({ id: "abcd11" }), group({ id: "abcd22" })], now);
    expect((await status.group("abcd1"))?.id).toBe("abcd11");
    expect(await status.group("abcd")).toBeNull();
    expect(await status.group("abc")).toBeNull();
  });
});
