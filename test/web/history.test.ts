import { afterEach, describe, expect, it } from "vitest";
import type { Store } from "../../src/store/store.ts";
import { groupPage, historyOf } from "../../src/web/details/history.ts";
import type { GroupView } from "../../src/web/views.ts";
import { openMemoryStore } from "../store/memory-store.ts";

const MINUTE = 60_000;
const START = Date.parse("2026-06-01T00:00:00Z");
const minute = (minutes: number) => new Date(START + minutes * MINUTE);
let store: Store & { close(): Promise<void> };
afterEach(() => store.close());

const change = (
  name: string,
  service: string,
  at: number,
  state: "firing" | "acknowledged" | "resolved",
  actor: string | null = null,
) => ({
  fingerprint: `${name}-${service}`,
  at: minute(at),
  state,
  labels: { alertname: name, service },
  annotations: {},
  groupId: `g-${service}`,
  actor,
});

/** A night: DBS fails in two alerts, is paged, acknowledged with a note and resolves; DAS alerts alone. */
async function night(): Promise<void> {
  store = await openMemoryStore();
  await store.history.append([
    change("DbsDown", "dbs", 1, "firing"),
    change("DbsSlow", "dbs", 1, "firing"),
    change("DasSlow", "das", 30, "firing"),
    change("DbsDown", "dbs", 5, "acknowledged", "ada"),
    change("DbsDown", "dbs", 60, "resolved"),
    change("DbsSlow", "dbs", 60, "resolved"),
  ]);
  const page = { id: "p", groupId: "g-dbs", person: "ada", step: 0, sentAt: minute(2), deliveredAt: minute(2) };
  await store.oncall.saveDelivery({ ...page, seenAt: null, answeredAt: minute(5) });
  const note = { at: minute(6), actor: "ada", via: "web", action: "note", subject: "g-dbs" } as const;
  await store.audit.append({ ...note, details: { text: "disk of the database is full" } });
}

describe("history", () => {
  it("tells of a window what fired, who was paged, and what people did, newest first", async () => {
    await night();
    const { entries, isCut } = await historyOf(store, [], { from: minute(0), to: minute(45), staleAfter: MINUTE });
    expect(entries.map(({ at, kind, who, text }) => [at.slice(11, 16), kind, who, text])).toEqual([
      ["00:30", "began", null, "DasSlow began"],
      ["00:06", "note", "ada", "noted: disk of the database is full"],
      ["00:05", "acknowledged", "ada", "acknowledged DbsDown"],
      ["00:02", "paged", "ada", "was paged (step 1)"],
      ["00:01", "began", null, "2 alerts (DbsDown, DbsSlow) began"],
    ]);
    expect(isCut).toBe(false);
  });

  it("of one service or rule leaves out what belongs to others", async () => {
    await night();
    const ask = { from: minute(0), to: minute(90), staleAfter: MINUTE };
    const das = await historyOf(store, [], { ...ask, service: "das" });
    expect(das.entries.map(({ text }) => text)).toEqual(["DasSlow began"]);
    const rule = await historyOf(store, [], { ...ask, alertname: "DbsSlow" });
    expect(rule.entries.map(({ kind }) => kind)).toEqual(["resolved", "note", "paged", "began"]);
  });

  it("puts old acknowledgements of groups that are still open on top", async () => {
    await night();
    const held = { groupId: "g-das", by: "luis", at: minute(31), until: minute(300), endedAt: null, silenceId: null };
    await store.acknowledgements.save(held);
    const open = { id: "g-das", state: "acknowledged", title: "DAS is slow" } as GroupView;
    const ask = { from: minute(0), to: minute(31 + 240), staleAfter: 240 * MINUTE };
    expect((await historyOf(store, [open], ask)).stale).toEqual([
      { group: "g-das", by: "luis", since: minute(31).toISOString(), title: "DAS is slow" },
    ]);
    expect((await historyOf(store, [open], { ...ask, to: minute(200) })).stale).toEqual([]);
    expect((await historyOf(store, [], ask)).stale).toEqual([]);
  });
});

describe("page of a group", () => {
  it("that is over keeps its history, who was paged, and how long it lasted", async () => {
    await night();
    const page = await groupPage(store, "g-dbs", null);
    expect(page).toMatchObject({ title: "DbsDown", began: minute(1).toISOString(), ended: minute(60).toISOString() });
    expect(page?.entries.map(({ kind }) => kind)).toEqual(["began", "paged", "acknowledged", "note", "resolved"]);
    expect(page?.pages).toMatchObject([{ person: "ada", answeredAt: minute(5).toISOString() }]);
  });

  it("of nothing that was ever known is not found", async () => {
    await night();
    expect(await groupPage(store, "g-nosuch", null)).toBeNull();
  });
});
