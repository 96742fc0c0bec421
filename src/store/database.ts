import { type SQL, type SQLChunk, sql } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

/** What the repositories need: drizzle over either driver, or a transaction of one. */
export type Database = PgDatabase<PgQueryResultHKT, Record<string, never>>;

/** The last of those with the same key: one statement may not write a row twice. */
export function lastOfEach<T>(rows: readonly T[], key: (row: T) => string): readonly T[] {
  return [...new Map(rows.map((row) => [key(row), row])).values()];
}

/** Rows of a statement of our own, by the names of its columns: both drivers give them alike. */
export async function rowsOf(database: Database, query: SQL): Promise<readonly Record<string, unknown>[]> {
  return ((await database.execute(query)) as unknown as { readonly rows: readonly Record<string, unknown>[] }).rows;
}

/** Parts of a statement with commas between them. */
export function listed(parts: readonly SQLChunk[]): SQL {
  return sql.join([...parts], sql`, `);
}
