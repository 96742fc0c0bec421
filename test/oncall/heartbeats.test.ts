import { beforeEach, describe, expect, it } from "vitest";
import type { Alert } from "../../src/alert/alert.ts";
import { createHeartbeats, type Heartbeat, signOfLife } from "../../src/oncall/heartbeats.ts";
import { fakeStore } from "../bot/fake-store.ts";

const MINUTE = 60_000;
const start = new Date("2026-01-07T12:00:00Z");
const later = (minutes: number) => new Date(start.getTime() + minutes * MINUTE);
const backup: Heartbeat = {
  name: "backup",
  token: "0123456789abcdef",
  every: 60 * MINUTE,
  grace: 10 * MINUTE,
  service: "dbs",
  severity: "high",
  owner: "dbs-developers",
  runbook: "https://runbooks.example.org/backup",
};

describe("heartbeats", () => {
  let store = fakeStore();
  let now = start;
  let pushed: Alert[][] = [];
  beforeEach(() => {
    store = fakeStore();
    now = start;
    pushed = [];
  });
  const process = (heartbeats: readonly Heartbeat[] = [backup]) =>
    createHeartbeats({
      heartbeats,
      states: store.states,
      push: async (alerts) => void pushed.push([...alerts]),
      clock: () => now,
    });
  /** Looks every half minute up to a time. */
  async function lookUntil(minutes: number, watch = process()) {
    for (; now < later(minutes); now = new Date(now.getTime() + MINUTE / 2)) {
      await watch.look(now);
    }
  }

  it("are missed after interval and grace, with owner and runbook, kept alive, and over when they come back", async () => {
    expect(await process().beat("backup", backup.token ?? "")).toBe("taken");
    await lookUntil(70);
    expect(pushed).toEqual([]);
    await lookUntil(72);
    expect(pushed).toHaveLength(4);
    expect(pushed[0]?.[0]).toMatchObject({
      labels: {
        alertname: "HeartbeatMissing",
        heartbeat: "backup",
        service: "dbs",
        severity: "high",
        owner: "dbs-developers",
      },
      annotations: { summary: "backup has not reported since 2026-01-07T12:00:00.000Z", runbook_url: backup.runbook },
      startsAt: later(70),
      endsAt: null,
    });
    expect(pushed[3]?.[0]?.startsAt).toEqual(later(70));
    await process().beat("backup", backup.token ?? "");
    await lookUntil(74);
    expect(pushed).toHaveLength(5);
    expect(pushed[4]?.[0]).toMatchObject({ startsAt: later(70), endsAt: later(72) });
  });

  it("that never came are missed too", async () => {
    await lookUntil(71);
    expect(pushed[0]?.[0]?.annotations["summary"]).toBe("backup has not reported yet");
  });

  it("are not missed since cmswatch itself was not running, and still missed after it was", async () => {
    await process().beat("backup", backup.token ?? "");
    await lookUntil(30);
    now = later(300);
    await lookUntil(339);
    expect(pushed).toEqual([]);
    await lookUntil(342);
    expect(pushed.length).toBeGreaterThan(0);
  });

  it("need their own token", async () => {
    const other = { ...backup, name: "other", token: "fedcba9876543210" };
    const watch = process([backup, other]);
    expect(await watch.beat("backup", "fedcba9876543210")).toBe("refused");
    expect(await watch.beat("backup", "")).toBe("refused");
    expect(await watch.beat("nothing", "0123456789abcdef")).toBe("unknown");
    expect(await store.states.get("heartbeat:backup")).toBeNull();
  });
});

describe("the sign of life to an address outside", () => {
  it("is sent while cmswatch does its work, and not when it only runs", async () => {
    const asked: string[] = [];
    const parts = { url: "https://outside.example.org/ping", ask: async (url: string) => void asked.push(url) };
    await signOfLife({ ...parts, trouble: () => null });
    await expect(signOfLife({ ...parts, trouble: () => "the loop alerts is stale" })).rejects.toThrow(/stale/);
    expect(asked).toEqual(["https://outside.example.org/ping"]);
  });
});
