import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { sql } from "drizzle-orm";
import { z } from "zod";
import { UserError } from "../alert/user-error.ts";
import type { OpenedStore } from "./assemble.ts";
import { type CopiedTable, continueSerials, insertTexts, refuseFilled, rowsAsText, settle, TABLES } from "./copy.ts";

const FORMAT = "cmswatch store backup 1";
/** Rows of one statement when they are read back. */
const ROWS = 20;
const LONGEST_LINE = 400_000_000;

const firstLine = z.object({ format: z.literal(FORMAT), at: z.string() });
const rowLine = z.object({ table: z.string(), row: z.record(z.string(), z.string().nullable()) });
const lastLine = z.object({ end: z.literal(true), rows: z.record(z.string(), z.int()), digest: z.string() });
const line = z.union([rowLine, lastLine]);

/**
 * Writes everything that a store keeps, as of one moment, into one file: lines of JSON, packed, with counts and a digest in the last
 * one. The file appears when it is whole.
 * @returns the tables and how many rows of each were written
 */
export async function backUpStore(from: OpenedStore, file: string, at: Date): Promise<readonly CopiedTable[]> {
  const unfinished = `${file}.unfinished`;
  const counts = new Map<string, number>(TABLES.map(({ name }) => [name, 0]));
  try {
    await from.database.transaction(async (source) => {
      await source.execute(sql`set transaction isolation level repeatable read, read only`);
      await settle(source);
      const lines = async function* () {
        const digest = createHash("sha256");
        const write = (value: unknown) => {
          const text = `${JSON.stringify(value)}\n`;
          digest.update(text);
          return text;
        };
        yield write({ format: FORMAT, at: at.toISOString() });
        for (const table of TABLES) {
          for await (const rows of rowsAsText(source, table)) {
            counts.set(table.name, (counts.get(table.name) ?? 0) + rows.length);
            yield rows.map((row) => write({ table: table.name, row })).join("");
          }
        }
        yield `${JSON.stringify({ end: true, rows: Object.fromEntries(counts), digest: digest.digest("hex") })}\n`;
      };
      const target = createWriteStream(unfinished, { mode: 0o600, flush: true });
      await pipeline(Readable.from(lines()), createGzip(), target);
    });
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  return asTables(counts);
}

/**
 * Brings a backup into an empty store: all of it or, when the file is not whole, nothing.
 * @throws UserError for a file that is no whole backup or holds what this version does not know, or a store that is not empty
 */
export async function restoreStore(file: string, to: OpenedStore): Promise<readonly CopiedTable[]> {
  return to.database.transaction(async (target) => {
    await settle(target);
    await refuseFilled(target);
    const tables = new Map(TABLES.map((table) => [table.name, table]));
    let name = "";
    let rows: Readonly<Record<string, unknown>>[] = [];
    const flush = async () => {
      const table = tables.get(name);
      if (rows.length > 0 && table !== undefined) {
        await insertTexts(target, table, rows);
      }
      rows = [];
    };
    const counts = await readBackup(file, async (row) => {
      if (row.table !== name || rows.length >= ROWS) {
        await flush();
      }
      refuseUnknown(
        file,
        row,
        tables.get(row.table)?.columns.map((column) => column.name),
      );
      name = row.table;
      rows.push(row.row);
    });
    await flush();
    for (const table of TABLES) {
      await continueSerials(target, table);
    }
    return asTables(counts);
  });
}

/** Reads a backup without restoring it. @throws UserError when it is not whole */
export async function checkBackup(file: string): Promise<readonly CopiedTable[]> {
  return asTables(await readBackup(file, async () => {}));
}

async function readBackup(
  file: string,
  onRow: (row: z.output<typeof rowLine>) => Promise<void>,
): Promise<ReadonlyMap<string, number>> {
  const notWhole = (what: string) => new UserError(`is not a whole backup: ${what}`, file, "take another one");
  const digest = createHash("sha256");
  const counts = new Map<string, number>();
  let end: z.output<typeof lastLine> | null = null;
  let isFirst = true;
  try {
    const unpacked = createGunzip();
    createReadStream(file)
      .on("error", (error) => unpacked.destroy(error))
      .pipe(unpacked);
    for await (const text of linesOf(unpacked)) {
      const value: unknown = JSON.parse(text);
      if (isFirst) {
        firstLine.parse(value);
      } else if (end !== null) {
        throw notWhole("there is something after its end");
      } else {
        const read = line.parse(value);
        if ("end" in read) {
          end = read;
          continue;
        }
        counts.set(read.table, (counts.get(read.table) ?? 0) + 1);
        await onRow(read);
      }
      isFirst = false;
      digest.update(`${text}\n`);
    }
  } catch (error) {
    const known =
      error instanceof UserError || !(error instanceof z.ZodError || error instanceof SyntaxError || isOfFile(error));
    throw known ? error : notWhole((error as Error).message.slice(0, 200));
  }
  if (end === null) {
    throw notWhole("its end is missing");
  }
  const differs = Object.entries(end.rows).find(([name, rows]) => (counts.get(name) ?? 0) !== rows);
  if (differs !== undefined) {
    throw notWhole(`${differs[0]} has ${counts.get(differs[0]) ?? 0} rows instead of ${differs[1]}`);
  }
  if (digest.digest("hex") !== end.digest) {
    throw notWhole("it was changed since it was written");
  }
  return counts;
}

/** Lines of a text; what stands after the last line end comes too. Models make lines of some megabytes. */
async function* linesOf(text: Readable): AsyncGenerator<string> {
  let held: string[] = [];
  let length = 0;
  for await (const block of text.setEncoding("utf8") as AsyncIterable<string>) {
    const lines = block.split("\n");
    const open = lines.pop() ?? "";
    for (const one of lines) {
      yield held.join("") + one;
      held = [];
      length = 0;
    }
    held.push(open);
    length += open.length;
    if (length > LONGEST_LINE) {
      throw new SyntaxError(`a line of more than ${LONGEST_LINE} characters`);
    }
  }
  if (length > 0) {
    yield held.join("");
  }
}

/** A backup of a newer version may hold what this one would lose. */
function refuseUnknown(
  file: string,
  { table, row }: z.output<typeof rowLine>,
  columns: readonly string[] | undefined,
): void {
  const unknown = columns === undefined ? table : Object.keys(row).find((name) => !columns.includes(name));
  if (unknown !== undefined) {
    const what = columns === undefined ? `table ${table}` : `column ${table}.${unknown}`;
    throw new UserError(`has a ${what} that this version does not know`, file, "restore it with the newer cmswatch");
  }
}

/** Of reading or unpacking, not of the database. */
function isOfFile(error: unknown): boolean {
  const { code = "" } = error as { code?: string };
  return /^(?:Z_|ENOENT|EACCES|EISDIR|EIO)/.test(code);
}

function asTables(counts: ReadonlyMap<string, number>): readonly CopiedTable[] {
  return [...counts].map(([table, rows]) => ({ table, rows }));
}
