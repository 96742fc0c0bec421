import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenedStore } from "../../src/store/assemble.ts";
import { backUpStore, checkBackup, restoreStore } from "../../src/store/backup.ts";
import { openFolder } from "../../src/store/pglite.ts";
import { databaseTemplate, openMemoryStore, runSql } from "./memory-store.ts";
import { anomaly, minute, model } from "./samples.ts";

const FIXTURE = new URL("./fixtures/store-0.1.0.json", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "cmswatch-backup-"));
const file = join(folder, "store.backup");
let before: OpenedStore;

/** A folder as version 0.1.0 left it: its own migrations and rows. */
async function folderOf010(): Promise<string> {
  const { migrations, rows } = JSON.parse(readFileSync(FIXTURE, "utf8")) as {
    readonly migrations: readonly string[];
    readonly rows: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  };
  const place = join(folder, "old");
  mkdirSync(place);
  const client = await PGlite.create(join(place, "pglite"), { loadDataDir: await databaseTemplate() });
  await client.exec("create table cmswatch_migrations (id serial primary key, hash text not null, created_at bigint)");
  for (const text of migrations) {
    await client.exec(text);
  }
  for (const [table, all] of Object.entries(rows)) {
    const { rows: columns } = await client.query<{ name: string; type: string }>(
      `select column_name as name, udt_name as type from information_schema.columns where table_name = '${table}'`,
    );
    const types = new Map(columns.map(({ name, type }) => [name, type]));
    for (const row of all) {
      const names = Object.keys(row);
      const values = names.map((name, index) => `$${index + 1}::text::${types.get(name)}`);
      await client.query(
        `insert into "${table}" (${names.map((name) => `"${name}"`)}) values (${values})`,
        Object.values(row),
      );
    }
  }
  const { rows: serials } = await client.query<{ table: string; column: string }>(
    "select table_name as table, column_name as column from information_schema.columns where column_default like 'nextval%'",
  );
  for (const { table, column } of serials) {
    await client.exec(
      `select setval(pg_get_serial_sequence('${table}', '${column}'), (select max("${column}") from "${table}"))`,
    );
  }
  await client.close();
  return place;
}

async function contentOf(store: OpenedStore) {
  const [active] = await store.models.active("dbs-1");
  return {
    model: [active?.id, active?.threshold, [...(active?.bytes ?? [])]],
    anomaly: await store.anomalies.get("an-1"),
    ticket: await store.tickets.get("ggus", "4711"),
    state: await store.states.get("scorer:dbs"),
    held: await store.states.get("sync/held/ggus"),
    audit: (await store.audit.recent(5)).map(({ action }) => action),
    claimedAgain: await store.messages.claim("event-1", minute(1)),
  };
}

beforeAll(async () => {
  before = await openFolder(await folderOf010());
}, 60_000);
afterAll(async () => {
  await before.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a store written by version 0.1.0", () => {
  it("is opened, migrated, and has everything", async () => {
    const content = await contentOf(before);
    const expected = model("m-1");
    expect(content.model).toEqual([expected.id, expected.threshold, [...expected.bytes]]);
    expect(content.anomaly).toMatchObject({ id: "an-1", score: anomaly("an-1").score });
    expect(content.ticket?.ticket).toMatchObject({ id: "4711", createdAt: minute(0) });
    expect(content.state).toEqual({ level: [1, 2.5], times: [17] });
    expect(content).toMatchObject({ held: { missing: ["4711"] }, audit: ["silence"], claimedAgain: false });
  });

  it("is backed up, checked and restored, and goes on counting", async () => {
    const written = await backUpStore(before, file, minute(9));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await checkBackup(file)).toEqual(written.filter(({ rows }) => rows > 0));
    const after = await openMemoryStore();
    await restoreStore(file, after);
    expect(await contentOf(after)).toEqual(await contentOf(before));
    await after.audit.append({ at: minute(1), actor: "a", via: "web", action: "next", subject: "s", details: {} });
    expect((await after.audit.recent(5)).map(({ action }) => action).sort()).toEqual(["next", "silence"]);
    await expect(restoreStore(file, after)).rejects.toThrow("is not empty");
    await after.close();
  });
});

describe("a backup that is not whole", () => {
  const damaged = join(folder, "damaged.backup");
  const lines = () => gunzipSync(readFileSync(file)).toString("utf8").split("\n");
  it.each([
    [
      "cut off",
      () => {
        writeFileSync(damaged, readFileSync(file));
        truncateSync(damaged, Math.floor(statSync(file).size / 2));
      },
    ],
    ["without its end", () => writeFileSync(damaged, gzipSync(lines().slice(0, -2).join("\n")))],
    ["without a row", () => writeFileSync(damaged, gzipSync(lines().toSpliced(2, 1).join("\n")))],
    [
      "with a changed value",
      () => writeFileSync(damaged, gzipSync(lines().join("\n").replace("ggus-4711", "ggus-4712"))),
    ],
    ["of another kind", () => writeFileSync(damaged, "tar")],
    ["missing", () => rmSync(damaged, { force: true })],
  ])("%s is told and restores nothing", async (_what, damage) => {
    damage();
    await expect(checkBackup(damaged)).rejects.toThrow("is not a whole backup");
    const empty = await openMemoryStore();
    await expect(restoreStore(damaged, empty)).rejects.toThrow("is not a whole backup");
    expect(await runSql(empty, "select count(*)::int as n from states")).toEqual([{ n: 0 }]);
    await empty.close();
  });
});
