import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import type { MigrationConfig } from "drizzle-orm/migrator";
import { z } from "zod";
import { UserError } from "../alert/user-error.ts";
import type { Database } from "./database.ts";

const folder = fileURLToPath(new URL("./migrations", import.meta.url));
const journalSchema = z.object({ entries: z.array(z.object({ when: z.number(), tag: z.string() })).min(1) });

/** Where the migrations are and where a database keeps which of them it has had. */
export const MIGRATIONS = {
  migrationsFolder: folder,
  migrationsSchema: "public",
  migrationsTable: "cmswatch_migrations",
} as const satisfies MigrationConfig;

/**
 * Refuses a database that a newer cmswatch has changed: writing to it by the old rules could lose what the new ones keep.
 * @throws UserError naming the database
 */
export async function refuseNewerSchema(database: Database, where: string): Promise<void> {
  const known = newestMigration();
  const table = `${MIGRATIONS.migrationsSchema}.${MIGRATIONS.migrationsTable}`;
  const found = rowsOf(await database.execute(sql`select to_regclass(${table}) is not null as present`));
  if (found[0]?.["present"] !== true) {
    return;
  }
  const newest = rowsOf(
    await database.execute(
      sql`select max(created_at) as newest from ${sql.identifier(MIGRATIONS.migrationsSchema)}.${sql.identifier(MIGRATIONS.migrationsTable)}`,
    ),
  );
  if (Number(newest[0]?.["newest"] ?? 0) > known.when) {
    throw new UserError(
      `the schema is newer than this program knows (${known.tag})`,
      where,
      "run the newer cmswatch, or restore a copy made before the upgrade",
    );
  }
}

function newestMigration(): { when: number; tag: string } {
  const journal = journalSchema.parse(JSON.parse(readFileSync(`${folder}/meta/_journal.json`, "utf8")));
  return journal.entries.reduce((newest, entry) => (entry.when > newest.when ? entry : newest));
}

/** Rows of a raw statement: both drivers answer with an object that has them. */
function rowsOf(result: unknown): readonly Record<string, unknown>[] {
  return (result as { rows: readonly Record<string, unknown>[] }).rows;
}
