import { describe, expect, it } from "vitest";
import type { Alert } from "../../../src/alert/alert.ts";
import { equals } from "../../../src/alert/matcher.ts";
import { createEmbeddedAlertmanager } from "../../../src/alertmanager/embedded/embedded.ts";
import { createCycle } from "../../../src/intelligence/cycle.ts";
import { createPipeline } from "../../../src/intelligence/pipeline.ts";
import type { LedgerEntry } from "../../../src/store/store.ts";
import { catalogue, configWith, NOW } from "../support.ts";

function setUp(enrich = "copy") {
  let now = NOW;
  const alertmanager = createEmbeddedAlertmanager({ clock: () => now, resolveTimeout: 3_600_000 });
  const entries = new Map<string, LedgerEntry>();
  const ledger = {
    save: async (entry: LedgerEntry) => void entries.set(entry.silenceId, entry),
    get: async (id: string) => entries.get(id) ?? null,
  };
  const config = configWith({ enrich });
  const cycle = createCycle({
    config,
    pipeline: createPipeline(config, { catalogue }),
    alertmanager,
    ledger,
    catalogue,
  });
  const calls = { post: 0, putSilence: 0, expireSilence: 0 };
  for (const name of ["post", "putSilence", "expireSilence"] as const) {
    const original = alertmanager[name] as (argument: never) => Promise<never>;
    Object.assign(alertmanager, {
      [name]: (argument: never) => {
        calls[name] += 1;
        return original(argument);
      },
    });
  }
  const at = async (minutes: number, dryRun = false) => {
    now = new Date(NOW.getTime() + 60_000 * minutes);
    return cycle.run(await alertmanager.alerts(), now, { dryRun });
  };
  const shown = async () => {
    now = new Date(now.getTime() + 1);
    return (await alertmanager.alerts({ silenced: false }))
      .map((alert) => `${alert.labels["alertname"]} ${alert.labels["severity"]}`)
      .sort();
  };
  return { alertmanager, entries, calls, at, shown };
}

const ticket = (id: number, Priority = "urgent", more: Record<string, string> = {}): Alert => ({
  labels: { alertname: `ggus-${id}`, service: "GGUS", severity: "ticket", Priority, Site: "T1_ES_PIC", ...more },
  annotations: { Priority, Subject: `about ${id}` },
  startsAt: NOW,
  endsAt: null,
});

describe("enriched copies", () => {
  it("are shown instead of their originals, which one silence hides", async () => {
    const { alertmanager, at, shown, calls } = setUp();
    await alertmanager.post([ticket(1), ticket(2, "less urgent")]);
    await at(1);
    expect(await shown()).toEqual(["ggus-1 high", "ggus-2 medium"]);
    expect([calls.putSilence, (await alertmanager.alerts()).length]).toEqual([1, 4]);
  });

  it("are not sent again while nothing changes", async () => {
    const { alertmanager, at, calls } = setUp();
    await alertmanager.post([ticket(1)]);
    await at(1);
    const before = { ...calls };
    const { copies, groups } = await at(2);
    expect([copies?.counts, calls]).toEqual([{ made: 0, refreshed: 0, resolved: 0, kept: 1 }, before]);
    expect(groups.map((group) => group.state)).toEqual(["firing"]);
  });

  it("are refreshed, with their silence, before they end", async () => {
    const { alertmanager, at, shown } = setUp();
    await alertmanager.post([ticket(1)]);
    for (const minutes of [1, 17, 33, 49]) {
      await at(minutes);
    }
    expect(await shown()).toEqual(["ggus-1 high"]);
  });

  it("change identity in one push when the priority changes, and go when the original goes", async () => {
    const { alertmanager, at, shown, entries } = setUp();
    await alertmanager.post([ticket(1)]);
    await at(1);
    await alertmanager.post([{ ...ticket(1), endsAt: new Date(NOW.getTime() + 60_001) }, ticket(1, "top priority")]);
    const { copies } = await at(2);
    expect(copies?.counts).toEqual({ made: 1, refreshed: 0, resolved: 1, kept: 0 });
    expect(await shown()).toEqual(["ggus-1 urgent"]);
    await alertmanager.post([{ ...ticket(1, "top priority"), endsAt: new Date(NOW.getTime() + 120_001) }]);
    await at(3);
    expect(await shown()).toEqual([]);
    expect([...entries.values()].filter((entry) => entry.endedAt === null)).toEqual([]);
    expect((await alertmanager.silences()).filter((silence) => silence.state === "active")).toEqual([]);
  });

  it("do not hide an alert of the same name that has no copy", async () => {
    const { alertmanager, at, shown } = setUp();
    await alertmanager.post([
      ticket(1, "urgent"),
      { ...ticket(1, "x"), labels: { ...ticket(1).labels, Priority: "whatever" }, annotations: {} },
    ]);
    await at(1);
    expect(await shown()).toEqual(["ggus-1 high", "ggus-1 ticket"]);
  });

  it("are not made of what a person has silenced, and never touch a person's silence", async () => {
    const { alertmanager, at, shown } = setUp();
    await alertmanager.post([ticket(1)]);
    const later = new Date(NOW.getTime() + 7_200_000);
    await alertmanager.putSilence({
      matchers: [equals("alertname", "ggus-1")],
      startsAt: NOW,
      endsAt: later,
      createdBy: "ann",
      comment: "known",
    });
    await at(1);
    await at(2);
    expect([await shown(), (await alertmanager.silences()).length]).toEqual([[], 1]);
  });

  it("are not made in overlay mode, nor on a dry run", async () => {
    for (const [mode, dryRun] of [
      ["overlay", false],
      ["copy", true],
    ] as const) {
      const { alertmanager, at, calls } = setUp(mode);
      await alertmanager.post([ticket(1)]);
      await at(1, dryRun);
      expect(calls).toEqual({ post: 1, putSilence: 0, expireSilence: 0 });
    }
  });

  it("that cannot be pushed hide nothing; the fault is told and the next cycle tries again", async () => {
    const { alertmanager, at, shown } = setUp();
    await alertmanager.post([ticket(1)]);
    const { post } = alertmanager;
    Object.assign(alertmanager, { post: () => Promise.reject(new Error("503")) });
    expect((await at(1)).faults).toEqual(["copy: 503"]);
    expect(await shown()).toEqual(["ggus-1 ticket"]);
    Object.assign(alertmanager, { post });
    await at(2);
    expect(await shown()).toEqual(["ggus-1 high"]);
  });
});
