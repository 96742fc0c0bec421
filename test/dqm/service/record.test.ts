import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDqmRecord, type DqmRecord } from "../../../src/dqm/service/record.ts";
import type { Store } from "../../../src/store/store.ts";
import { judgedRun } from "../../store/dqm-contract.ts";
import { openMemoryStore } from "../../store/memory-store.ts";

const NOW = new Date("2026-03-01T10:00:00Z");
const ada = { person: { name: "ada" }, via: "cli" } as const;
const wish = { run: 5, first: 1, last: 1, status: "bad", reason: "HV trip in sector 3" };
let store: Store;
let desk: DqmRecord;
const changed: number[] = [];

beforeAll(async () => {
  store = await openMemoryStore();
  let ids = 0;
  desk = createDqmRecord({
    store,
    clock: () => NOW,
    newId: () => `o${++ids}`,
    onChange: async (run) => void changed.push(run),
  });
  await store.dqm.saveRun(judgedRun(5));
  await store.dqm.saveRun(judgedRun(6));
});
afterAll(() => store.close());

describe("the quality desk", () => {
  test("keeps a person's word with name and reason: it wins, and is in the audit", async () => {
    expect(await desk.overrule(wish, ada)).toEqual({
      ok: true,
      reason: "Lumisections 1 to 1 of run 5 are BAD now.",
      id: "o1",
    });
    const report = await desk.report(5);
    expect(report?.ranges[0]).toEqual({ first: 1, last: 1, status: "BAD", reason: "HV trip in sector 3", by: "ada" });
    expect(report?.counts).toMatchObject({ BAD: 1, STANDBY: 1 });
    expect(await store.audit.recent(1)).toMatchObject([
      { actor: "ada", via: "cli", action: "overrule lumisections", subject: "run 5 lumisections 1-1" },
    ]);
    expect(changed).toEqual([5]);
  });

  test("takes a word back once, and keeps it in the record", async () => {
    expect(await desk.revoke("o1", ada)).toMatchObject({ ok: true });
    expect((await desk.report(5))?.ranges[0]?.status).toBe("GOOD");
    expect((await desk.report(5))?.overrules).toMatchObject([{ id: "o1", revokedAt: NOW }]);
    expect(await desk.revoke("o1", ada)).toMatchObject({ ok: false, reason: "It was taken back before." });
    expect(await desk.revoke("nothing", ada)).toMatchObject({ ok: false, reason: "There is no overrule nothing." });
  });

  test.each([
    [{ status: "FINE" }, /"FINE" is no status: one of GOOD, BAD/],
    [{ first: 5, last: 2 }, /whole numbers from 1 on/],
    [{ run: 0 }, /whole numbers/],
    [{ reason: "  " }, /A reason is needed/],
  ])("refuses %j with a sentence", async (more, reason) => {
    expect(await desk.overrule({ ...wish, ...more }, ada)).toEqual({
      ok: false,
      reason: expect.stringMatching(reason),
      id: null,
    });
  });

  test("lists runs from the highest down, and knows none that was never judged", async () => {
    expect((await desk.reports(10)).map(({ run }) => run)).toEqual([6, 5]);
    expect(await desk.report(404)).toBeNull();
  });
});
