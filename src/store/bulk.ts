import { setImmediate as nextTurn } from "node:timers/promises";
import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgSelect, PgTable } from "drizzle-orm/pg-core";
import { own, putOwn } from "../alert/own.ts";
import { type Database, listed, rowsOf } from "./database.ts";

/** PGlite holds the event loop while it works: some 60 ms for so many rows. */
const ROWS_PER_STATEMENT = 500;

/**
 * Writes rows as one JSON text per statement. A value of its own for each field costs PGlite and drizzle four times as
 * much; other work gets its turn between statements.
 * @param key columns by which a row may be there already: all the others are replaced then
 */
export async function insertRows<Table extends PgTable>(
  database: Database,
  table: Table,
  rows: readonly Table["$inferInsert"][],
  key: readonly PgColumn[] = [],
): Promise<void> {
  const columns = Object.entries(getTableColumns(table)).filter(([key]) => rows.some((row) => key in row));
  const names = listed(columns.map(([, column]) => sql.identifier(column.name)));
  const typed = listed(columns.map(([, column]) => sql`${sql.identifier(column.name)} ${sql.raw(carriedAs(column))}`));
  const cast = listed(
    columns.map(([, column]) => sql`${sql.identifier(column.name)}::${sql.raw(column.getSQLType())}`),
  );
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const text = JSON.stringify(rows.slice(start, start + ROWS_PER_STATEMENT).map((row) => encode(row, columns)));
    const source = sql`from json_to_recordset(${text}::json) as given(${typed})`;
    await database.execute(sql`insert into ${table} (${names}) select ${cast} ${source} ${replacing(columns, key)}`);
    await nextTurn();
  }
}

/** Reads a selection as one JSON text: PGlite's own rows cost three times as much. Not for bytes. */
export async function selectRows<Table extends PgTable>(
  database: Database,
  table: Table,
  query: Pick<PgSelect, "getSQL">,
): Promise<Table["$inferSelect"][]> {
  const all = sql`select json_agg(found)::text as rows from (${query.getSQL()}) as found`;
  const [first] = await rowsOf(database, all);
  const columns = Object.entries(getTableColumns(table));
  const rows = JSON.parse(String(first?.["rows"] ?? "[]")) as Record<string, unknown>[];
  return rows.map((row) => decode(row, columns)) as Table["$inferSelect"][];
}

function replacing(columns: readonly (readonly [string, PgColumn])[], key: readonly PgColumn[]): SQL {
  if (key.length === 0) {
    return sql``;
  }
  const others = columns.map(([, { name }]) => name).filter((name) => key.every((column) => column.name !== name));
  const set = others.map((name) => sql`${sql.identifier(name)} = excluded.${sql.identifier(name)}`);
  return sql`on conflict (${listed(key.map(({ name }) => sql.identifier(name)))}) do update set ${listed(set)}`;
}

/** JSON columns travel as text inside the JSON: unescaped they would lose what PostgreSQL's own reader refuses. */
function carriedAs(column: PgColumn): string {
  return column.getSQLType() === "json" ? "text" : column.getSQLType();
}

function encode(row: object, columns: readonly (readonly [string, PgColumn])[]): Record<string, unknown> {
  const encoded: Record<string, unknown> = {};
  for (const [key, column] of columns) {
    const value = own(row as Record<string, unknown>, key) ?? null;
    putOwn(encoded, column.name, value === null ? null : sendable(column.mapToDriverValue(value)));
  }
  return encoded;
}

/** Text without lone surrogates, which no PostgreSQL text can hold. */
function sendable(value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value;
}

function decode(row: Record<string, unknown>, columns: readonly (readonly [string, PgColumn])[]) {
  const decoded: Record<string, unknown> = {};
  for (const [key, column] of columns) {
    const value = own(row, column.name);
    putOwn(decoded, key, value === null ? null : fromJson(column, value));
  }
  return decoded;
}

function fromJson(column: PgColumn, value: unknown): unknown {
  return column.dataType === "date" ? new Date(value as string) : value;
}
