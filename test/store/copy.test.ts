import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { OpenedStore } from "../../src/store/assemble.ts";
import { copyStore } from "../../src/store/copy.ts";
import { openMemoryStore, runSql } from "./memory-store.ts";
import { anomaly, minute, model } from "./samples.ts";

describe("a copy of a store", () => {
  let from: OpenedStore;
  let to: OpenedStore;
  let tables: readonly string[] = [];
  const counts = async (store: OpenedStore) =>
    (await runSql(store, tables.map((name) => `select count(*)::int as n from ${name}`).join(" union all "))).map(
      ({ n }) => n,
    );
  const tell = (action: string) =>
    ({ at: minute(0), actor: "ada", via: "web", action, subject: "s", details: {} }) as const;

  beforeAll(async () => {
    [from, to] = [await openMemoryStore(), await openMemoryStore()];
    const rows = await runSql(from, "select tablename from pg_tables where schemaname = 'public'");
    tables = rows.map(({ tablename }) => String(tablename)).filter((name) => name !== "cmswatch_migrations");
  });
  beforeEach(async () => {
    for (const store of [from, to]) {
      await runSql(store, "drop trigger if exists refuse on audit", `truncate ${tables.join(", ")}`);
    }
    await from.models.save({ ...model("m-1"), bytes: Uint8Array.from({ length: 300_000 }, (_, i) => i % 256) });
    await from.anomalies.save([anomaly("an-1")]);
    await from.states.put("odd", { text: '\u0000 \\u0000 " \ud800 é 😀', number: 0.1 + 0.2, nothing: null });
    await from.audit.append(tell("first"));
  });
  afterAll(async () => {
    await from.close();
    await to.close();
  });

  it("has every table, row and value, and goes on counting where the original was", async () => {
    await runSql(
      from,
      "insert into states select 'state-' || i, '{\"value\": 1.50}' from generate_series(1, 1200) as i",
    );
    const copied = await copyStore(from, to);
    expect(copied.map(({ table }) => table).sort()).toEqual([...tables].sort());
    expect(copied.find(({ table }) => table === "states")).toEqual({ table: "states", rows: 1201 });
    const [active] = await to.models.active(model("m-1").entity);
    expect(active).toEqual((await from.models.active(model("m-1").entity))[0]);
    expect(await to.anomalies.get("an-1")).toEqual(await from.anomalies.get("an-1"));
    expect(await to.states.get("odd")).toEqual(await from.states.get("odd"));
    await to.audit.append(tell("second"));
    expect((await to.audit.recent(5)).map(({ action }) => action).sort()).toEqual(["first", "second"]);
  });

  it("is refused where something is already, and changes nothing there", async () => {
    await to.states.put("mine", 1);
    const before = await counts(to);
    await expect(copyStore(from, to)).rejects.toThrow(/is not empty \(it has states\)/);
    expect(await counts(to)).toEqual(before);
  });

  it("is all or nothing: what fails in a late table leaves no earlier one behind", async () => {
    await runSql(
      to,
      "create or replace function refuse() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$",
      "create trigger refuse before insert on audit execute function refuse()",
    );
    await expect(copyStore(from, to)).rejects.toThrow();
    expect(new Set(await counts(to))).toEqual(new Set([0]));
    expect((await copyFails()).message).toContain("Failed query");
  });

  it("is refused when what arrived differs", async () => {
    await runSql(
      to,
      "create or replace function refuse() returns trigger language plpgsql as $$ begin new.actor = 'eve'; return new; end $$",
      "create trigger refuse before insert on audit for each row execute function refuse()",
    );
    expect((await copyFails()).message).toContain("the copy of table audit differs from the original (1 rows for 1)");
    expect(new Set(await counts(to))).toEqual(new Set([0]));
  });

  async function copyFails(): Promise<Error> {
    return copyStore(from, to).then(
      () => new Error("it did not fail"),
      (error: Error) => error,
    );
  }
});
