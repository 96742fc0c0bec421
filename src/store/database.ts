import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

/** What the repositories need: drizzle over either driver, or a transaction of one. */
export type Database = PgDatabase<PgQueryResultHKT, Record<string, never>>;

/** The last of those with the same key: one statement may not write a row twice. */
export function lastOfEach<T>(rows: readonly T[], key: (row: T) => string): readonly T[] {
  return [...new Map(rows.map((row) => [key(row), row])).values()];
}
