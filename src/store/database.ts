import { setImmediate as nextTurn } from "node:timers/promises";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

/** What the repositories need: drizzle over either driver, or a transaction of one. */
export type Database = PgDatabase<PgQueryResultHKT, Record<string, never>>;

/** A statement may carry 65,535 parameters, and PGlite holds the event loop while it works: some 50 ms for so many rows. */
const ROWS_PER_STATEMENT = 100;

/** Calls `write` with at most 100 rows at a time, one after the other; other work gets its turn in between. */
export async function inBatches<T>(rows: readonly T[], write: (batch: T[]) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    await write(rows.slice(start, start + ROWS_PER_STATEMENT));
    await nextTurn();
  }
}

/** The last of those with the same key: one statement may not write a row twice. */
export function lastOfEach<T>(rows: readonly T[], key: (row: T) => string): readonly T[] {
  return [...new Map(rows.map((row) => [key(row), row])).values()];
}
