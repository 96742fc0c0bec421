import { is, sql } from "drizzle-orm";
import { getTableConfig, type PgColumn, PgTable } from "drizzle-orm/pg-core";
import { UserError } from "../alert/user-error.ts";
import type { OpenedStore } from "./assemble.ts";
import { type Database, listed, rowsOf } from "./database.ts";
import * as schema from "./schema.ts";

/** A table and how many rows of it were copied. */
export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
}

/** A table as rows of texts see it. */
export interface CopyTable {
  readonly name: string;
  readonly columns: readonly PgColumn[];
}

/** Rows at a time; of models, whose bytes are large, fewer. */
const ROWS = 500;
const ROWS_WITH_BYTES = 10;

/** Everything that a store keeps. */
export const TABLES: readonly CopyTable[] = Object.values(schema)
  .filter((table) => is(table, PgTable))
  .map((table) => getTableConfig(table));

/**
 * Copies everything that a store keeps into an empty one, PGlite or PostgreSQL, in either direction. Rows travel as the text that
 * PostgreSQL itself writes and reads, a few hundred at a time. All of it is one transaction at either end: the copy is of one
 * moment, and appears at once after counts and a digest of every table were compared, or not at all.
 * @throws UserError when the target is not empty · @throws Error when a copy differs from its original
 */
export async function copyStore(from: OpenedStore, to: OpenedStore): Promise<readonly CopiedTable[]> {
  return from.database.transaction(async (source) => {
    await source.execute(sql`set transaction isolation level repeatable read, read only`);
    await settle(source);
    return to.database.transaction(async (target) => {
      await settle(target);
      await refuseFilled(target);
      const copied: CopiedTable[] = [];
      for (const table of TABLES) {
        await copyTable(source, target, table);
        copied.push({ table: table.name, rows: await compare(source, target, table) });
      }
      return copied;
    });
  });
}

/** Texts of times are the same at both ends, and a large table may take its time. */
export async function settle(database: Database): Promise<void> {
  await database.execute(sql`set local timezone = 'UTC'`);
  await database.execute(sql`set local statement_timeout = 0`);
}

/** Also keeps others from writing there until the copy is done. */
export async function refuseFilled(target: Database): Promise<void> {
  const filled: string[] = [];
  for (const { name } of TABLES) {
    await target.execute(sql`lock table ${sql.identifier(name)} in exclusive mode`);
    const [found] = await rowsOf(target, sql`select exists (select from ${sql.identifier(name)}) as "filled"`);
    filled.push(...(found?.["filled"] === true ? [name] : []));
  }
  if (filled.length > 0) {
    throw new UserError(
      `is not empty (it has ${filled.join(", ")}): nothing was copied`,
      "the target",
      "name a new folder or an empty database; what is there may belong to a cmswatch that runs",
    );
  }
}

async function copyTable(source: Database, target: Database, table: CopyTable): Promise<void> {
  for await (const rows of rowsAsText(source, table)) {
    await insertTexts(target, table, rows);
  }
  await continueSerials(target, table);
}

/** Rows of a table as texts, a few hundred at a time. Only within a transaction. */
export async function* rowsAsText(
  source: Database,
  { name, columns }: CopyTable,
): AsyncGenerator<readonly Readonly<Record<string, unknown>>[]> {
  const size = columns.some((column) => column.getSQLType() === "bytea") ? ROWS_WITH_BYTES : ROWS;
  const texts = columns.map((column) => sql`${sql.identifier(column.name)}::text as ${sql.identifier(column.name)}`);
  await source.execute(sql`declare copied no scroll cursor for select ${listed(texts)} from ${sql.identifier(name)}`);
  for (;;) {
    const rows = await rowsOf(source, sql`fetch ${sql.raw(String(size))} from copied`);
    if (rows.length > 0) {
      yield rows;
    }
    if (rows.length < size) {
      break;
    }
  }
  await source.execute(sql`close copied`);
}

/** Inserts rows of texts. Columns that the rows do not have, since an older version wrote them, take their defaults. */
export async function insertTexts(
  target: Database,
  { name, columns }: CopyTable,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const there = columns.filter((column) => rows.some((row) => Object.hasOwn(row, column.name)));
  const names = there.map((column) => sql.identifier(column.name));
  const given = there.map((column) => sql`${sql.identifier(column.name)} text`);
  const cast = there.map((column) => sql`given.${sql.identifier(column.name)}::${sql.raw(typeOf(column))}`);
  const box = sql`json_to_recordset(${JSON.stringify(rows)}::json) as given(${listed(given)})`;
  await target.execute(sql`insert into ${sql.identifier(name)} (${listed(names)}) select ${listed(cast)} from ${box}`);
}

/** Numbers that the database gives go on after the greatest one there is. */
export async function continueSerials(target: Database, { name, columns }: CopyTable): Promise<void> {
  for (const column of columns.filter(isSerial)) {
    await target.execute(
      sql`select setval(pg_get_serial_sequence(${name}, ${column.name}), max(${sql.identifier(column.name)})) from ${sql.identifier(name)}`,
    );
  }
}

/** @returns how many rows both have */
async function compare(source: Database, target: Database, { name }: CopyTable): Promise<number> {
  const digest = sql`coalesce(sum(('x' || substr(md5(one::text), 1, 15))::bit(60)::bigint), 0)::text`;
  const query = sql`select count(*)::int as "rows", ${digest} as "digest" from ${sql.identifier(name)} as one`;
  const [[original], [copy]] = [await rowsOf(source, query), await rowsOf(target, query)];
  if (original?.["rows"] !== copy?.["rows"] || original?.["digest"] !== copy?.["digest"]) {
    const counts = `${copy?.["rows"]} rows for ${original?.["rows"]}`;
    throw new Error(`the copy of table ${name} differs from the original (${counts}): nothing was copied`);
  }
  return Number(copy?.["rows"]);
}

function isSerial(column: PgColumn): boolean {
  return column.getSQLType() === "bigserial";
}

function typeOf(column: PgColumn): string {
  return isSerial(column) ? "bigint" : column.getSQLType();
}
