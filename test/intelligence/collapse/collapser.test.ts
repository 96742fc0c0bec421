import { describe, expect, it } from "vitest";
import type { Alert } from "../../../src/alert/alert.ts";
import { createEmbeddedAlertmanager } from "../../../src/alertmanager/embedded/embedded.ts";
import { createCollapser } from "../../../src/intelligence/collapse/collapser.ts";
import { createPipeline } from "../../../src/intelligence/pipeline.ts";
import type { LedgerEntry } from "../../../src/store/store.ts";
import { catalogue, configWith, NOW } from "../support.ts";

const SERVICES = ["dbs", "das", "reqmgr2", "couchdb", "wmarchive", "tfaas", "confdb", "dqmgui", "phedex", "reqmon"];

function setUp() {
  let now = NOW;
  const alertmanager = createEmbeddedAlertmanager({ clock: () => now });
  const entries = new Map<string, LedgerEntry>();
  const ledger = {
    save: async (entry: LedgerEntry) => void entries.set(entry.silenceId, entry),
    get: async (id: string) => entries.get(id) ?? null,
  };
  const pipeline = createPipeline(configWith(), { catalogue });
  const collapser = createCollapser({ alertmanager, ledger, catalogue });
  const cycle = async (minutes: number, dryRun = false) => {
    now = new Date(NOW.getTime() + 60_000 * minutes);
    const alerts = await alertmanager.alerts();
    const result = pipeline.run(alerts, now, { ownSilences: collapser.silenceIds() });
    const reports = await collapser.run({ ...result, alerts, now, dryRun });
    return { ...result, reports };
  };
  const visible = async () => {
    now = new Date(now.getTime() + 1);
    return (await alertmanager.alerts({ silenced: false })).map((alert) => alert.labels["alertname"]).sort();
  };
  return { alertmanager, entries, collapser, cycle, visible };
}

const fire = (alertname: string, second: number, labels: Record<string, string> = {}): Alert => ({
  labels: { alertname, node: "node-07", severity: "high", ...labels },
  annotations: {},
  startsAt: new Date(NOW.getTime() + 1000 * second),
  endsAt: null,
});
const nodeDown = fire("KubernetesNodeReady", 0);
const storm = (count: number) =>
  SERVICES.slice(0, count).map((service, index) => fire(`${service} is down`, 5 + index, { service }));
const resolved = (alert: Alert, minutes: number): Alert => ({
  ...alert,
  endsAt: new Date(NOW.getTime() + 60_000 * minutes - 1),
});

describe("a storm", () => {
  it("becomes one alert within one cycle of its first ten alerts, and takes what still comes", async () => {
    const { alertmanager, cycle, visible } = setUp();
    await alertmanager.post([nodeDown, ...storm(9)]);
    const { reports, groups } = await cycle(1);
    expect(reports.map(({ step, hidden }) => [step, hidden])).toEqual([["begun", 10]]);
    expect(groups[0]?.state).toBe("firing");
    expect(await visible()).toEqual(["CMSWebStorm"]);
    await alertmanager.post(storm(10));
    expect((await cycle(2)).reports[0]?.hidden).toBe(11);
    expect(await visible()).toEqual(["CMSWebStorm"]);
    const [parent] = (await alertmanager.alerts()).filter((alert) => alert.labels["alertname"] === "CMSWebStorm");
    expect(parent?.annotations["description"]).toMatch(
      /^11 alerts are held back because of node-07: .*dbs 1.*They come back/,
    );
  });

  it("of one node that turns out to be of three becomes one alert about them, and the first one ends", async () => {
    const { alertmanager, cycle, visible } = setUp();
    const on = (node: string, from: number) => [
      fire("KubernetesNodeReady", from, { node }),
      ...SERVICES.slice(0, 5).map((service, index) => fire(`${service} is down`, from + index, { service, node })),
    ];
    await alertmanager.post(on("node-07", 0));
    await cycle(1);
    await alertmanager.post([...on("node-08", 40), ...on("node-09", 80)]);
    const { groups } = await cycle(2);
    expect(groups.map(({ title, alerts }) => [title, alerts.length])).toEqual([
      ["3 nodes went down together (node-07, node-08, node-09): 18 alerts of 5 services", 18],
    ]);
    expect(await visible()).toEqual(["CMSWebStorm"]);
    const storms = (await alertmanager.alerts()).filter(({ labels }) => labels["alertname"] === "CMSWebStorm");
    expect(storms.map(({ labels }) => [labels["kind"], labels["subject"]])).toEqual([["nodes", "3 nodes"]]);
  });

  it("is still firing to people while only its own silence hides it", async () => {
    const { alertmanager, cycle } = setUp();
    await alertmanager.post([nodeDown, ...storm(9)]);
    await cycle(1);
    expect((await cycle(2)).groups.map((group) => group.state)).toEqual(["firing"]);
  });

  it("does not hide an alert on the node that fires for another reason", async () => {
    const { alertmanager, cycle, visible } = setUp();
    const older = fire("dbs is down", -7200, { service: "dbs", pod: "dbs-old" });
    const other = fire("Certificate expires soon", 7200);
    await alertmanager.post([older]);
    await cycle(0);
    await alertmanager.post([nodeDown, ...storm(9), other]);
    await cycle(1);
    expect(await visible()).toEqual(["CMSWebStorm", "Certificate expires soon", "dbs is down"]);
  });

  it("lets children come back when the cause has gone and they have not", async () => {
    const { alertmanager, cycle, visible, entries } = setUp();
    await alertmanager.post([nodeDown, ...storm(9)]);
    await cycle(1);
    await alertmanager.post([
      resolved(nodeDown, 2),
      ...storm(2).map((alert) => alert),
      ...storm(9)
        .slice(2)
        .map((alert) => resolved(alert, 2)),
    ]);
    expect((await cycle(2)).reports.map((report) => report.step)).toEqual(["ended"]);
    expect(await visible()).toEqual(["das is down", "dbs is down"]);
    expect([...entries.values()].map((entry) => [entry.purpose, entry.endedAt === null, entry.hidden.length])).toEqual([
      ["collapse", false, 10],
    ]);
  });

  it("owns one silence at a time, renewed while it lasts", async () => {
    const { alertmanager, cycle } = setUp();
    await alertmanager.post([nodeDown, ...storm(9)]);
    for (let minutes = 1; minutes <= 40; minutes += 3) {
      await alertmanager.post([nodeDown, ...storm(9)]);
      await cycle(minutes);
    }
    const active = (await alertmanager.silences()).filter((silence) => silence.state === "active");
    expect(active.map((silence) => silence.endsAt)).toEqual([new Date(NOW.getTime() + 67 * 60_000)]);
  });

  it("writes nothing on a dry run", async () => {
    const { alertmanager, cycle, entries } = setUp();
    await alertmanager.post([nodeDown, ...storm(9)]);
    expect((await cycle(1, true)).reports.length).toBe(1);
    expect([await alertmanager.silences(), (await alertmanager.alerts()).length, entries.size]).toEqual([[], 10, 0]);
  });

  it("hides nothing when the parent is not accepted", async () => {
    const { alertmanager, collapser, cycle } = setUp();
    await alertmanager.post([nodeDown, ...storm(9)]);
    const post = alertmanager.post;
    Object.assign(alertmanager, { post: async () => Promise.reject(new Error("refused")) });
    await expect(cycle(1)).rejects.toThrow("refused");
    expect([await alertmanager.silences(), collapser.silenceIds().size]).toEqual([[], 0]);
    Object.assign(alertmanager, { post });
    expect((await cycle(2)).reports[0]?.step).toBe("begun");
  });

  it("of few alerts stays as it is", async () => {
    const { alertmanager, cycle } = setUp();
    await alertmanager.post([nodeDown, ...storm(3)]);
    expect((await cycle(1)).reports).toEqual([]);
  });
});
