import { afterEach, describe, expect, it } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { OUR_TAG, syncAnnotations, type WantedAnnotation } from "../../src/grafana/annotation-sync.ts";
import { createGrafanaClient } from "../../src/grafana/client.ts";
import { type StandInOptions, startGrafana } from "./stand-in.ts";

const NOW = new Date("2024-05-07T12:00:00Z");
const hours = (count: number) => new Date(NOW.getTime() + 3_600_000 * count);
const DASHBOARDS = [
  { id: 1, uid: "aaa", title: "CMSWEB", tags: ["cmsweb"] },
  { id: 2, uid: "bbb", title: "Production", tags: ["prod", "cmsweb"] },
  { id: 3, uid: "ccc", title: "Jobs", tags: ["jobs"] },
];
const intervention: WantedAnnotation = {
  name: "ssb-OTG1",
  dashboardTags: ["cmsweb", "prod"],
  time: hours(1),
  timeEnd: hours(3),
  text: "Network intervention",
};
const stops: (() => Promise<void>)[] = [];

async function setUp(options: Partial<StandInOptions> = {}) {
  const server = await startGrafana({ dashboards: DASHBOARDS, ...options });
  stops.push(server.stop);
  const { grafana: config } = configSchema.parse({ grafana: { url: server.url, token: "secret" } });
  let now = NOW;
  const grafana = createGrafanaClient(config, () => now);
  const sync = (wanted: readonly WantedAnnotation[], at = NOW, dryRun = false) => {
    now = at;
    return syncAnnotations(grafana, wanted, at, dryRun);
  };
  return { server, grafana, sync };
}
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

describe("syncing annotations", () => {
  it("puts an intervention on each dashboard with one of the tags, once", async () => {
    const { server, sync } = await setUp();
    await sync([intervention]);
    expect((await sync([intervention])).steps).toEqual([]);
    expect(server.stored.map((entry) => [entry.dashboardUID, entry.time, entry.timeEnd])).toEqual([
      ["aaa", hours(1).getTime(), hours(3).getTime()],
      ["bbb", hours(1).getTime(), hours(3).getTime()],
    ]);
    expect(server.stored[0]?.tags).toEqual([OUR_TAG, "ssb-OTG1", "cmsweb", "prod"]);
  });

  it("updates it when its time or text changes", async () => {
    const { server, sync } = await setUp();
    await sync([intervention]);
    const { steps } = await sync([{ ...intervention, timeEnd: hours(5), text: "Longer" }]);
    expect(steps.map((step) => [step.step, step.reason])).toEqual([
      ["update", "its times changed"],
      ["update", "its times changed"],
    ]);
    expect(server.stored.map((entry) => [entry.timeEnd, entry.text])).toEqual([
      [hours(5).getTime(), "Longer"],
      [hours(5).getTime(), "Longer"],
    ]);
  });

  it("removes it when it is cancelled before it began", async () => {
    const { server, sync } = await setUp();
    await sync([intervention]);
    expect((await sync([])).steps.map((step) => step.reason)).toEqual([
      "it was cancelled before it began",
      "it was cancelled before it began",
    ]);
    expect(server.stored).toEqual([]);
  });

  it("ends it now when it ends early, and keeps what is over", async () => {
    const { server, sync } = await setUp();
    await sync([intervention]);
    await sync([], hours(2));
    expect(server.stored.map((entry) => entry.timeEnd)).toEqual([hours(2).getTime(), hours(2).getTime()]);
    expect((await sync([], hours(4))).steps).toEqual([]);
    expect(server.stored.length).toBe(2);
  });

  it("moves an open end on, but not at every sync", async () => {
    const { server, sync } = await setUp();
    const open = { ...intervention, time: hours(-1), timeEnd: null };
    await sync([open]);
    expect((await sync([open], new Date(NOW.getTime() + 60_000))).steps).toEqual([]);
    await sync([open], hours(1));
    expect(server.stored[0]?.timeEnd).toBe(hours(1).getTime());
  });

  it("removes doubles, and leaves annotations of others alone", async () => {
    const { server, sync, grafana } = await setUp();
    await sync([intervention]);
    const content = { time: hours(1), timeEnd: hours(3), text: "x", tags: [OUR_TAG, "ssb-OTG1"] };
    await grafana.create({ uid: "aaa", id: 1, title: "" }, content);
    await grafana.create({ uid: "aaa", id: 1, title: "" }, { ...content, tags: ["somebody"] });
    expect((await sync([intervention])).steps.map((step) => step.reason)).toEqual(["it is there twice"]);
    expect(server.stored.map((entry) => entry.tags[0])).toEqual([OUR_TAG, OUR_TAG, "somebody"]);
  });

  it("writes nothing on a dry run", async () => {
    const { server, sync } = await setUp();
    expect((await sync([intervention], NOW, true)).steps.length).toBe(2);
    expect([server.stored, server.requests.filter((request) => !request.startsWith("GET"))]).toEqual([[], []]);
  });

  it("reports what is refused, goes on with the rest, and tries again", async () => {
    const { server, sync, grafana } = await setUp();
    const { create } = grafana;
    let calls = 0;
    Object.assign(grafana, {
      create: (...args: Parameters<typeof create>) =>
        calls++ === 0 ? Promise.reject(new Error("no")) : create(...args),
    });
    expect((await sync([intervention])).faults).toEqual(["create ssb-OTG1: no"]);
    expect(server.stored.length).toBe(1);
    expect((await sync([intervention])).steps.length).toBe(1);
    expect(server.stored.length).toBe(2);
  });
});

describe("the Grafana client", () => {
  it.each([
    ["that knows no uid gets the id", { ignoresUid: true }],
    ["that refuses the uid gets the id", { refusesUid: true }],
    ["whose search gives no uid gets the id", { dashboards: [{ id: 1, title: "CMSWEB", tags: ["cmsweb"] }] }],
  ])("a version %s", async (_, options) => {
    const { server, sync } = await setUp(options);
    await sync([intervention]);
    expect(server.stored[0]?.dashboardId).toBe(1);
    expect((await sync([intervention])).steps).toEqual([]);
  });

  it("asks for dashboards once an hour", async () => {
    const { server, sync } = await setUp();
    await sync([intervention]);
    await sync([intervention], hours(0.5));
    expect(server.requests.filter((request) => request === "GET /api/search").length).toBe(2);
    await sync([intervention], hours(1.5));
    expect(server.requests.filter((request) => request === "GET /api/search").length).toBe(4);
  });

  it("says what is wrong: status, absence, token", async () => {
    const { server, grafana } = await setUp();
    server.failWith(503);
    await expect(grafana.dashboards("x")).rejects.toThrow(/api\/search: refused with 503: out of order/);
    server.failWith(401);
    await expect(
      grafana.create({ uid: "a", id: null, title: "" }, { time: NOW, timeEnd: NOW, text: "", tags: [] }),
    ).rejects.toThrow(/check `grafana.token`/);
    const away = createGrafanaClient(configSchema.parse({ grafana: { url: "http://127.0.0.1:1" } }).grafana, () => NOW);
    await expect(away.annotations([], NOW, NOW)).rejects.toThrow(/cannot be reached \(ECONNREFUSED\)/);
    expect(() => createGrafanaClient(configSchema.parse({}).grafana, () => NOW)).toThrow(/grafana.url: is not set/);
  });

  it("takes the removal of what is gone for done", async () => {
    const { grafana } = await setUp();
    await expect(grafana.remove(99)).resolves.toBeUndefined();
  });
});
