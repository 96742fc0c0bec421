import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { sql } from "drizzle-orm";
import type { OpenedStore } from "../../src/store/assemble.ts";
import { rowsOf } from "../../src/store/database.ts";
import { openInMemory } from "../../src/store/pglite.ts";

/**
 * A fresh store in memory, for tests of any room. Making a database takes some seconds, so the empty one is kept in the
 * machine's temporary folder and loaded from there (under a second). Close it in `afterAll`.
 */
export async function openMemoryStore(): Promise<OpenedStore> {
  return openInMemory(await databaseTemplate());
}

/** A dump of an empty database. */
export async function databaseTemplate(): Promise<Blob> {
  // PGlite's entry names its parts by their hashes: it changes with every version.
  const entry = readFileSync(fileURLToPath(import.meta.resolve("@electric-sql/pglite")));
  const version = createHash("sha256").update(entry).digest("hex").slice(0, 12);
  const path = join(tmpdir(), `cmswatch-test-database-${version}.tar`);
  if (!existsSync(path)) {
    const client = await PGlite.create();
    const dump = await client.dumpDataDir("none");
    await client.close();
    writeFileSync(`${path}.${process.pid}`, Buffer.from(await dump.arrayBuffer()), { mode: 0o600 });
    renameSync(`${path}.${process.pid}`, path);
  }
  return new Blob([readFileSync(path)]);
}

/** Statements that no repository has, one after the other; gives the rows of the last. */
export async function runSql(
  { database }: Pick<OpenedStore, "database">,
  ...statements: readonly string[]
): Promise<readonly Record<string, unknown>[]> {
  let rows: readonly Record<string, unknown>[] = [];
  for (const statement of statements) {
    rows = await rowsOf(database, sql.raw(statement));
  }
  return rows;
}
