import { beforeEach, describe, expect, test } from "vitest";
import type { Alert } from "../../src/alert/alert.ts";
import { createEmbeddedAlertmanager, type EmbeddedAlertmanager } from "../../src/alertmanager/embedded/embedded.ts";
import { createSync, type Sync, type SyncOptions } from "../../src/alertmanager/sync.ts";
import { silent } from "./clients.ts";
import { createTestMemory, report, type TestMemory, type TestTicket, ticket } from "./sync-fixtures.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let now: number;
const clock = () => new Date(now);
const at = (offset: number) => new Date(now + offset);
let embedded: EmbeddedAlertmanager;
let memory: TestMemory;
let posted: (readonly Alert[])[];
let isDown: boolean;
let sync: Sync<TestTicket>;

function start(options: Partial<SyncOptions<TestTicket>> = {}): Sync<TestTicket> {
  const alertmanager = {
    async post(alerts: readonly Alert[]) {
      if (isDown) {
        throw new Error("away");
      }
      posted.push(alerts);
      await embedded.post(alerts);
    },
  };
  return createSync({
    alertmanager,
    memory,
    states: memory.states,
    clock,
    log: silent,
    resolveGuard: 0.5,
    ...options,
  });
}

beforeEach(() => {
  now = Date.parse("2026-01-01T12:00:00Z");
  embedded = createEmbeddedAlertmanager({ clock });
  memory = createTestMemory();
  posted = [];
  isDown = false;
  sync = start();
});

const active = async () => (await embedded.alerts()).map((one) => one.labels["alertname"] ?? "").sort();
const reasons = (result: Awaited<ReturnType<Sync<TestTicket>["run"]>>) =>
  Object.fromEntries(result.decisions.map((decision) => [decision.id, `${decision.action}: ${decision.reason}`]));

describe("sync", () => {
  test("pushes what is new and remembers it", async () => {
    const result = await sync.run(report([ticket("1"), ticket("2")]));
    expect(reasons(result)).toEqual({ 1: "push: new", 2: "push: new" });
    expect(await active()).toEqual(["ggus-1", "ggus-2"]);
    expect(memory.tickets.get("1")).toMatchObject({ firstSeen: at(0), lastPushed: at(0), resolvedAt: null });
    expect(memory.changes.map(({ change }) => change.change)).toEqual(["appeared", "appeared"]);
  });

  test("sends nothing for what is unchanged, until it would time out", async () => {
    await sync.run(report([ticket("1")]));
    now += MINUTE;
    expect(await sync.run(report([ticket("1")]))).toMatchObject({ sent: 0, counts: { keep: 1 } });
    now += MINUTE;
    expect(await sync.run(report([ticket("1")]))).toMatchObject({ sent: 1, counts: { refresh: 1 } });
    expect(memory.writes).toBe(1);
  });

  test("keeps an open alert alive for hours with one start", async () => {
    await sync.run(report([ticket("1")]));
    for (let minutes = 0; minutes < 180; minutes += 2) {
      now += 2 * MINUTE;
      await sync.run(report([ticket("1")]));
      expect(await embedded.alerts()).toMatchObject([{ startsAt: ticket("1").startsAt, endsAt: null }]);
    }
  });

  test("writes down once an hour that an unchanged ticket was seen", async () => {
    await sync.run(report([ticket("1")]));
    now += HOUR;
    await sync.run(report([ticket("1")]));
    expect(memory.tickets.get("1")?.lastSeen).toEqual(at(0));
    expect(memory.changes).toHaveLength(1);
  });

  test("pushes a change of content", async () => {
    await sync.run(report([ticket("1")]));
    const result = await sync.run(report([ticket("1", { status: "on hold" })]));
    expect(reasons(result)).toEqual({ 1: "update: changed: Status" });
    expect(await embedded.alerts()).toMatchObject([{ annotations: { Status: "on hold" } }]);
  });

  test("ends the old identity in the same push when a label changes", async () => {
    await sync.run(report([ticket("1"), ticket("2")]));
    const result = await sync.run(report([ticket("1", { priority: "top priority" }), ticket("2")]));
    expect(reasons(result)["1"]).toBe("relabel: labels changed: Priority; the old identity ends");
    expect(posted.at(-1)).toHaveLength(2);
    expect((await embedded.alerts()).map((one) => one.labels["Priority"]).sort()).toEqual(["top priority", "urgent"]);
  });

  test("does not end an identity that another ticket takes over", async () => {
    const toAlert = (item: TestTicket) => ({
      labels: { alertname: item.priority },
      annotations: {},
      startsAt: item.startsAt,
      endsAt: null,
    });
    const swap = (one: string, two: string) =>
      report([ticket("1", { priority: one }), ticket("2", { priority: two })], { toAlert });
    await sync.run(swap("a", "b"));
    await sync.run(swap("b", "a"));
    expect(await active()).toEqual(["a", "b"]);
    await sync.run(report([ticket("2", { priority: "b" })], { toAlert }));
    expect(await active()).toEqual(["b"]);
  });

  test("moves an announced end, later and earlier", async () => {
    for (const end of [5, 8, 3]) {
      await sync.run(report([ticket("1", { endsAt: at(end * HOUR) })]));
      expect(await embedded.alerts()).toMatchObject([{ endsAt: at(end * HOUR), startsAt: ticket("1").startsAt }]);
    }
    await sync.run(report([ticket("1")]));
    expect(await embedded.alerts()).toMatchObject([{ endsAt: null }]);
  });

  test("remembers a changed ticket whose alert stays the same, without sending it", async () => {
    const toAlert = (item: TestTicket) => ({ labels: { id: item.id }, annotations: {}, startsAt: at(0), endsAt: null });
    await sync.run(report([ticket("1")], { toAlert }));
    const result = await sync.run(report([ticket("1", { status: "solved soon" })], { toAlert }));
    expect(result).toMatchObject({ sent: 0, counts: { note: 1 } });
    expect(memory.tickets.get("1")?.ticket.status).toBe("solved soon");
  });

  test("resolves at once what is gone from a complete fetch", async () => {
    await sync.run(report([ticket("1"), ticket("2")]));
    now += 1000;
    const result = await sync.run(report([ticket("2")]));
    expect(reasons(result)["1"]).toBe("resolve: gone from a complete fetch");
    expect(await active()).toEqual(["ggus-2"]);
    expect(memory.tickets.get("1")?.resolvedAt).toEqual(at(0));
  });

  test("resolves what its source calls closed, and ignores what was over before", async () => {
    await sync.run(report([ticket("1")]));
    now += 1000;
    const result = await sync.run(report([ticket("1", { isClosed: true }), ticket("9", { isClosed: true })]));
    expect(reasons(result)).toEqual({
      1: "resolve: its source says that it is over",
      9: "ignore: over before an alert was made for it",
    });
    expect(await active()).toEqual([]);
  });

  test("opens again what comes back, and remembers since when it is known", async () => {
    const seen = at(0);
    await sync.run(report([ticket("1"), ticket("2")]));
    now += MINUTE;
    await sync.run(report([ticket("2")]));
    now += MINUTE;
    expect(reasons(await sync.run(report([ticket("1"), ticket("2")])))["1"]).toBe("push: open again");
    expect(await active()).toEqual(["ggus-1", "ggus-2"]);
    expect(memory.tickets.get("1")).toMatchObject({ firstSeen: seen, resolvedAt: null });
    expect(memory.changes.map(({ change }) => change.change)).toContain("reopened");
  });

  test("takes the last of several with one id", async () => {
    await sync.run(report([ticket("1", { status: "old" }), ticket("1", { status: "new" })]));
    expect(await embedded.alerts()).toMatchObject([{ annotations: { Status: "new" } }]);
  });

  test("leaves out what Alertmanager would refuse, and says so, so that the others arrive", async () => {
    const toAlert = (item: TestTicket) => ({
      labels: item.id === "bad" ? { "not-a-name": "x" } : { alertname: item.id },
      annotations: {},
      startsAt: at(0),
      endsAt: null,
    });
    const result = await sync.run(report([ticket("bad"), ticket("good")], { toAlert }));
    expect(reasons(result)["bad"]).toMatch(/^reject: Alertmanager would refuse it: invalid label set/);
    expect(await active()).toEqual(["good"]);
  });
});

describe("a fetch that is not to be trusted", () => {
  test("resolves nothing when it is incomplete, and keeps everything alive", async () => {
    await sync.run(report([ticket("1"), ticket("2")]));
    for (let minutes = 0; minutes < 30; minutes += 2) {
      now += 2 * MINUTE;
      const result = await sync.run(report([ticket("1")], { incompleteBecause: "cut off at line 7" }));
      expect(result.counts.resolve).toBe(0);
      expect(reasons(result)["2"]).toContain("not complete: cut off at line 7");
      expect(await active()).toEqual(["ggus-1", "ggus-2"]);
    }
  });

  test("is held back when it would resolve more than the configured share, the longer the more it is", async () => {
    const all = ["1", "2", "3", "4"].map((id) => ticket(id));
    await sync.run(report(all));
    now += 1000;
    const first = await sync.run(report([]));
    expect(first).toMatchObject({ counts: { resolve: 0, hold: 4 } });
    expect(first.guarded).toContain("4 of 4 would be resolved at once, more than 50 %");
    expect(await active()).toHaveLength(4);
    for (let minutes = 0; minutes < 140; minutes += 5) {
      now += 5 * MINUTE;
      expect(await sync.run(report([]))).toMatchObject({ counts: { resolve: 0, hold: 4 } });
    }
    now += 10 * MINUTE;
    expect(await sync.run(report([]))).toMatchObject({ counts: { resolve: 4 }, guarded: null });
    expect(await active()).toEqual([]);
  });

  test("is resolved only by what every fetch misses, also after a restart", async () => {
    const all = ["1", "2", "3", "4"].map((id) => ticket(id));
    await sync.run(report(all));
    await sync.run(report([ticket("1")]));
    now += 1000;
    sync = start({ resolveGuard: 0.3 });
    const second = await sync.run(report([ticket("2")]));
    expect(second.counts).toMatchObject({ resolve: 0, hold: 3 });
    now += 80 * MINUTE;
    expect((await sync.run(report([ticket("2")]))).counts).toMatchObject({ resolve: 3, hold: 0 });
    expect(await active()).toEqual(["ggus-2"]);
  });

  test("is resolved at once when a person has confirmed it", async () => {
    await sync.run(report([ticket("1"), ticket("2")]));
    await sync.run(report([]));
    sync = start({ resolveGuard: 1 });
    expect((await sync.run(report([]))).counts).toMatchObject({ resolve: 2, hold: 0 });
  });

  test("is forgotten when the next one is whole again", async () => {
    const all = ["1", "2", "3"].map((id) => ticket(id));
    await sync.run(report(all));
    await sync.run(report([]));
    await sync.run(report(all));
    expect(await sync.run(report([]))).toMatchObject({ counts: { resolve: 0, hold: 3 } });
  });

  test("resolves nothing that is only out of view, until its end has passed", async () => {
    const view = { missing: "out of view" } as const;
    await sync.run(report([ticket("long"), ticket("short", { endsAt: at(HOUR) })], view));
    for (let minutes = 0; minutes <= 66; minutes += 2) {
      now += 2 * MINUTE;
      await sync.run(report([], view));
    }
    expect(await active()).toEqual(["ggus-long"]);
    expect(memory.tickets.get("short")?.resolvedAt).not.toBeNull();
    now += 31 * 24 * HOUR;
    expect(reasons(await sync.run(report([], view)))["long"]).toBe("resolve: not seen for 30 days");
  });
});

describe("sync and an Alertmanager that is away", () => {
  test("remembers nothing that was not accepted, and does it all in the next cycle", async () => {
    await sync.run(report([ticket("1"), ticket("2")]));
    isDown = true;
    now += 1000;
    await expect(sync.run(report([ticket("2", { priority: "x" }), ticket("3")]))).rejects.toThrow("away");
    expect(memory.tickets.get("1")?.resolvedAt).toBeNull();
    isDown = false;
    await sync.run(report([ticket("2", { priority: "x" }), ticket("3")]));
    expect(await active()).toEqual(["ggus-2", "ggus-3"]);
  });

  test("refreshes between fetches", async () => {
    const { items: _items, incompleteBecause: _because, ...source } = report([]);
    await sync.run(report([ticket("1")]));
    for (let minutes = 0; minutes < 20; minutes += 2) {
      now += 2 * MINUTE;
      expect(await sync.refresh(source)).toMatchObject({ sent: 1 });
    }
    expect(await active()).toEqual(["ggus-1"]);
  });

  test("runs one cycle after the other", async () => {
    await Promise.all([sync.run(report([ticket("1")])), sync.run(report([ticket("1"), ticket("2")]))]);
    expect(posted.map((alerts) => alerts.length)).toEqual([1, 1]);
  });
});

test("a dry run decides the same and writes nothing anywhere", async () => {
  await sync.run(report([ticket("1"), ticket("2"), ticket("3")]));
  const before = { writes: memory.writes, posts: posted.length, states: memory.states.values.size };
  const dry = start({ isDryRun: true });
  now += 3 * MINUTE;
  const next = report([ticket("3", { priority: "x" }), ticket("4")]);
  const told = await dry.run(next);
  expect(told).toMatchObject({ isDryRun: true, sent: 0 });
  expect({ writes: memory.writes, posts: posted.length, states: memory.states.values.size }).toEqual(before);
  expect(reasons(await sync.run(next))).toEqual(reasons(told));
});
