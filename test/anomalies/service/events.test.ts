import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Anomaly } from "../../../src/alert/anomaly.ts";
import type { Ticket } from "../../../src/alert/ticket.ts";
import { anomalyToAlert } from "../../../src/anomalies/alerts/anomaly-alerts.ts";
import { loadCatalogue } from "../../../src/config/catalogue.ts";
import type { EntitySpec } from "../../../src/config/entities.ts";
import type { OpenedStore } from "../../../src/store/assemble.ts";
import type { Feedback } from "../../../src/store/store.ts";
import { openMemoryStore, runSql } from "../../store/memory-store.ts";
import { createWorld, MINUTE, noiseAt, ordinary, START, spec, type Values } from "./world.ts";

let store: OpenedStore;
beforeAll(async () => {
  store = await openMemoryStore();
});
beforeEach(() => runSql(store, "truncate anomalies, models, states, audit, feedback"));
afterAll(() => store.close());

const noon = (START + 12 * 60 * MINUTE) / 1000;
const at = (minutes: number) => noon + minutes * 60;
/** Adds to a metric within minutes after noon. */
const bump =
  (values: Values, metric: string, from: number, to: number, amount: number, isMeant = (_: string) => true): Values =>
  (entity, name, seconds) => {
    const value = values(entity, name, seconds);
    const within = name === metric && seconds >= at(from) && seconds < at(to) && isMeant(entity);
    return value === null || !within ? value : value + amount;
  };
const all = () => store.anomalies.recent({ since: new Date(0), limit: 100 });

describe("an event", () => {
  it("says which metric moved first, and which event of the past it resembles", async () => {
    const twice = bump(bump(ordinary, "latency", 20, 26, 40), "cpu", 18, 26, 30);
    const values = bump(bump(twice, "latency", 80, 86, 40), "cpu", 78, 86, 30);
    const world = createWorld({ store, values });
    await world.score(1);
    await world.train();
    await world.catchUp(50);
    expect((await all())[0]?.context?.similar).toBeNull();
    await world.catchUp(50);
    const [second, first] = await all();
    expect(first?.context?.firstMove).toMatchObject({ metric: "cpu", usual: expect.closeTo(10, 0) });
    expect(second?.context?.similar).toMatchObject({ id: first?.id, because: expect.stringContaining("moved alike") });
    expect(second?.context?.course.length).toBeGreaterThan(2);
    const { annotations } = anomalyToAlert(second as Anomaly, loadCatalogue(null), null);
    expect(annotations["first_moved"]).toMatch(/^cpu moved first/);
    expect(annotations["similar"]).toMatch(/% like the event of 2026-06-01/);
  });

  it("ranks lower while an announced intervention covers it, and says so", async () => {
    const world = createWorld({ store, values: bump(ordinary, "latency", 20, 26, 40) });
    world.current.tickets.set([intervention(at(10), at(60))], world.now());
    await world.score(1);
    await world.train();
    await world.catchUp(30);
    const [event] = await all();
    expect(event?.context?.lowered).toMatchObject([{ by: "intervention", muted: false }]);
    const plain = anomalyToAlert({ ...(event as Anomaly), context: undefined as never }, loadCatalogue(null), null);
    const alert = anomalyToAlert(event as Anomaly, loadCatalogue(null), null);
    expect([plain.labels["severity"], alert.labels["severity"]]).toEqual(["warning", "info"]);
    expect(alert.annotations).toMatchObject({ explained_by: "OTG0054345" });
    expect(alert.annotations["description"]).toContain("Less serious: intervention OTG0054345 covers it");
  });

  it("suspects the service that it needs and that moved first", async () => {
    const frontend: EntitySpec = {
      name: "frontend",
      service: "frontend",
      by: [],
      metrics: [
        { name: "cpu", query: "frontend_cpu", unit: "" },
        { name: "latency", query: "frontend_latency", unit: "" },
      ],
    };
    const plain: Values = (_, metric, seconds) => (metric.includes("cpu") ? 10 : 20) + noiseAt(seconds, metric.length);
    const values = bump(bump(plain, "latency", 24, 34, 40), "frontend_cpu", 20, 34, 30);
    const world = createWorld({ store, values, specs: [spec, frontend] });
    await world.score(1);
    await world.train();
    await world.catchUp(30);
    const dbs = (await all()).find(({ service }) => service === "dbs");
    expect(loadCatalogue(null).find("dbs")?.dependsOn).toContain("frontend");
    expect(dbs?.context?.suspects[0]).toMatchObject({
      service: "frontend",
      because: expect.stringMatching(/^dbs needs it.*its frontend_cpu moved|^dbs needs it.*its cpu moved/),
    });
  });
});

describe("pods of a service", () => {
  const pods = Array.from({ length: 12 }, (_, index) => `dbs-${index}`);
  const perPod: EntitySpec = { ...spec, name: "{{pod}}", by: ["pod"], metrics: spec.metrics.slice(0, 1) };
  const hot = bump(ordinary, "cpu", 20, 26, 40, (entity) => entity !== "dbs-7");
  const small = (config: Parameters<NonNullable<Parameters<typeof createWorld>[0]["change"]>>[0]) => ({
    ...config,
    detect: { ...config.detect, train: { ...config.detect.train, history: 3 * 60 * MINUTE } },
  });

  it("give one event, however many of them are anomalous, with the worst named", async () => {
    const world = createWorld({ store, values: hot, specs: [perPod], pods: () => pods, change: small });
    await world.score(1);
    await world.train();
    expect(world.detection.progress()).toMatchObject({ done: 12, total: 12 });
    await world.catchUp(24);
    const open = world.current.anomalies.last() ?? [];
    expect(open).toHaveLength(1);
    expect(open[0]).toMatchObject({ entity: "dbs", context: { affected: 11, scored: 12 } });
    expect(world.told.at(-1)).toHaveLength(1);
    const { labels, annotations } = anomalyToAlert(open[0] as Anomaly, loadCatalogue(null), null);
    expect(labels).toMatchObject({ service: "dbs", entity: "dbs" });
    expect(annotations["affected"]).toBe("11 of 12 pods");
    expect(annotations["worst"]).toMatch(/^dbs-\d+ \(cpu\), /);
    await world.catchUp(20);
    expect(world.current.anomalies.last()).toEqual([]);
    expect(await all()).toHaveLength(1);
    expect(await store.anomalies.recent({ since: new Date(0), parts: true, limit: 500 })).toHaveLength(12);
  });

  it("that are gone are forgotten, and their open event ends with the reason", async () => {
    const world = createWorld({
      store,
      values: bump(ordinary, "cpu", 20, 9000, 40, (entity) => entity === "dbs-1"),
      specs: [perPod],
      pods: (seconds) => (seconds < at(30) ? ["dbs-1", "dbs-2"] : ["dbs-2"]),
      change: small,
    });
    await world.score(1);
    await world.train();
    await world.catchUp(25);
    expect(world.current.anomalies.last()).toHaveLength(1);
    await world.score(28);
    expect(world.current.anomalies.last()).toEqual([]);
    expect(world.current.entities().map(({ entity }) => entity)).toEqual(["dbs-2"]);
    const [member] = await store.anomalies.recent({ since: new Date(0), entity: "dbs-1", limit: 1 });
    expect(member?.evidence.at(-1)).toBe("dbs-1 is gone: no metric speaks of it any more");
  });

  it("keep their one event over a restart", async () => {
    const options = { store, values: hot, specs: [perPod], pods: () => ["dbs-1", "dbs-2"], change: small };
    const first = createWorld(options);
    await first.score(1);
    await first.train();
    await first.catchUp(23);
    const [before] = first.current.anomalies.last() ?? [];
    await first.detection.stop();
    const second = createWorld({ ...options, startAt: first.now().getTime() });
    await second.score(1);
    expect(second.current.anomalies.last()).toMatchObject([{ id: before?.id, context: { affected: 2 } }]);
    await second.catchUp(20);
    expect(await all()).toMatchObject([{ id: before?.id, closedAt: expect.any(Date) }]);
  });
});

describe("a fleet", () => {
  const pods = Array.from({ length: 6 }, (_, index) => `dbs-${index}`);
  const perPod: EntitySpec = { ...spec, name: "{{pod}}", by: ["pod"] };
  const values = bump(ordinary, "cpu", 30, 40, 60, (entity) => entity === "dbs-3");
  const salted: Values = (entity, metric, seconds) =>
    (values(entity, metric, seconds) as number) + noiseAt(seconds, entity.charCodeAt(4));
  const fleet: NonNullable<Parameters<typeof createWorld>[0]["change"]> = (config) => ({
    ...config,
    detect: { ...config.detect, detectors: ["fleet"] },
  });
  const options = () => ({ store, values: salted, specs: [perPod], pods: () => pods, change: fleet });

  it("needs no training: a pod that leaves the others is an event at once, seen beside what is usual among them", async () => {
    const world = createWorld(options());
    await world.score(29);
    expect(world.current.entities().map(({ state }) => state)).toEqual(pods.map(() => "ok"));
    await world.score(6);
    const [event] = world.current.anomalies.last() ?? [];
    expect(event).toMatchObject({ service: "dbs", detector: "fleet", context: { affected: 1, scored: 6 } });
    expect(event?.context?.members[0]).toMatchObject({ entity: "dbs-3", metric: "cpu" });
    expect(event?.contributions[0]?.expected).toBeCloseTo(10, -1);
    expect(await store.models.list()).toEqual([]);
  });

  it("goes on after a restart: it learns again from history, and its event stays the same", async () => {
    const first = createWorld(options());
    await first.score(34);
    const [before] = first.current.anomalies.last() ?? [];
    await first.detection.stop();
    const second = createWorld({ ...options(), startAt: first.now().getTime() });
    await second.score(1);
    expect(second.current.anomalies.last()).toMatchObject([{ id: before?.id }]);
    await second.score(40);
    expect(second.current.anomalies.last()).toEqual([]);
  });

  it("is refused for what is not split, with what to do", () => {
    expect(() => createWorld({ store, values, change: fleet })).toThrow(
      "name a second one for it, e.g. [fleet, default]",
    );
  });
});

describe("not an anomaly", () => {
  const by = { name: "ada", via: "web" } as const;
  const given = (subject: string): Feedback => ({
    id: "f1",
    at: new Date(START),
    by: "ada",
    kind: "not-anomaly",
    subject,
    details: { reason: "the nightly job" },
    revokedAt: null,
  });
  const nightly = bump(bump(bump(ordinary, "cpu", 20, 26, 40), "cpu", 60, 66, 40), "cpu", 100, 106, 40);

  it("keeps similar events from alerting, says why, and lets their points teach; revoked it all comes back", async () => {
    const world = createWorld({ store, values: nightly });
    await world.score(1);
    await world.train();
    await world.catchUp(24);
    const [first] = world.current.anomalies.last() ?? [];
    await store.feedback.save(given(first?.id ?? ""));
    const effect = await world.detection.feedback.forgive(given(first?.id ?? ""));
    expect(effect).toMatch(/^Noted: such events no longer alert \(dbs: cpu; point; up to [\d.]+ times the threshold\)/);
    expect(effect).toMatch(/About \d+ points of it join the next training/);
    expect(world.current.anomalies.last()).toEqual([]);

    await world.catchUp(39);
    const [second] = await all();
    expect(second?.id).not.toBe(first?.id);
    expect(second?.context?.lowered).toMatchObject([
      { by: "feedback", muted: true, because: "ada marked this as not an anomaly on 2026-06-01" },
    ]);
    expect(world.current.anomalies.last()).toEqual([]);
    expect(world.current.entities()[0]).toMatchObject({
      state: "ok",
      note: expect.stringContaining("ada marked this"),
    });

    expect(await world.detection.feedback.revoke("f1", by)).toEqual({
      ok: true,
      reason: expect.stringContaining("such events alert again"),
    });
    expect(await world.detection.feedback.revoke("f1", by)).toMatchObject({ ok: false });
    expect((await store.audit.recent(1))[0]).toMatchObject({ action: "revoke feedback", actor: "ada" });
    await world.catchUp(39);
    expect(world.current.anomalies.last()).toHaveLength(1);
  });

  it("is kept over a restart, and counts in the next training", async () => {
    const hourly: NonNullable<Parameters<typeof createWorld>[0]["change"]> = (config) => ({
      ...config,
      detect: { ...config.detect, train: { ...config.detect.train, every: 60 * MINUTE, drift: 0 } },
    });
    const world = createWorld({ store, values: nightly, change: hourly });
    await world.score(1);
    await world.train();
    await world.catchUp(40);
    const [event] = await all();
    await store.feedback.save(given(event?.id ?? ""));
    await world.detection.feedback.forgive(given(event?.id ?? ""));
    await world.detection.stop();
    const second = createWorld({ store, values: nightly, startAt: world.now().getTime(), change: hourly });
    await second.catchUp(23);
    expect(second.current.anomalies.last()).toEqual([]);
    await second.train();
    expect((await store.models.list())[0]?.note).toMatch(/points that people call ordinary did$/);
  });

  it("that no event is found for changes nothing else, and says so", async () => {
    const world = createWorld({ store, values: ordinary });
    expect(await world.detection.feedback.forgive(given("group-9"))).toContain("nothing else changes");
    expect(await world.detection.feedback.revoke("unknown", by)).toEqual({
      ok: false,
      reason: "There is no such feedback.",
    });
  });
});

function intervention(from: number, to: number): Ticket {
  return {
    system: "ssb",
    id: "OTG0054345",
    subject: "Upgrade of the DBS database",
    description: "DBS is restarted",
    status: "planned",
    priority: null,
    type: null,
    vo: null,
    site: null,
    cmsSite: null,
    createdAt: null,
    updatedAt: null,
    startsAt: new Date(from * 1000),
    endsAt: new Date(to * 1000),
    url: "",
    fields: {},
  };
}
