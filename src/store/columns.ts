import { getTableColumns, type SQL, sql } from "drizzle-orm";
import { customType, type PgTable, timestamp } from "drizzle-orm/pg-core";

/** A point in time, kept to the millisecond. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

/** Text. PostgreSQL cannot hold U+0000: it becomes the replacement character. */
export const words = customType<{ data: string; driverData: string }>({
  dataType: () => "text",
  toDriver: (value) => value.replaceAll("\0", "\uFFFD"),
});

/** Bytes; the two drivers give a Buffer or a Uint8Array, people get a Uint8Array of their own. */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => "bytea",
  fromDriver: (value) => new Uint8Array(value),
});

/**
 * JSON as it was written. Type `json`, not `jsonb`: that one refuses `\u0000` and lone surrogates and sorts keys, and
 * nothing is searched inside. Both drivers parse it.
 */
export const json = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => "json",
  toDriver: (value) => JSON.stringify(value),
});

/** For `on conflict do update`: every column but the named ones takes the value of the row that was refused. */
export function replaceAllBut(table: PgTable, keys: readonly string[]): Record<string, SQL> {
  return Object.fromEntries(
    Object.entries(getTableColumns(table))
      .filter(([key]) => !keys.includes(key))
      .map(([key, column]) => [key, sql`excluded.${sql.identifier(column.name)}`]),
  );
}
