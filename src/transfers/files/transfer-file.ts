import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CsvError } from "csv-parse";
import { parseJson } from "../../alert/json.ts";
import { putOwn } from "../../alert/own.ts";
import { UserError } from "../../alert/user-error.ts";
import { csvRows } from "../../files/csv-rows.ts";
import { textLines } from "../../files/text-lines.ts";
import { NEEDED_FIELDS, type RawTransfer } from "../model/clean.ts";
import { unwrapEvent } from "../model/envelope.ts";

/** One event of a file of transfers, in the file's order. */
export interface TransferLine {
  /** Line in the file; with CSV the header is 1. */
  readonly line: number;
  /** Null for a line that is no record; why, in `problem`. */
  readonly raw: RawTransfer | null;
  readonly problem: string | null;
}

const MAX_LINE = 1_000_000;
const STANDARD_INPUT = "-";

/**
 * Reads events one by one, whatever the size of the file: CSV with a header, or newline-delimited JSON (`.json`, `.jsonl`,
 * `.ndjson`, or standard input `-`), either gzipped when its name ends in .gz. An object with a `payload` or `_source` is
 * read from inside it. A broken JSON line is handed on with its problem; a broken CSV file ends the reading.
 * @throws UserError naming file and line
 */
export async function* readTransfers(path: string, input: Readable = process.stdin): AsyncGenerator<TransferLine> {
  const isJson = path === STANDARD_INPUT || /\.(?:json|jsonl|ndjson)(?:\.gz)?$/i.test(path);
  const source = path === STANDARD_INPUT ? input : bytesOf(path);
  try {
    yield* isJson ? jsonLines(source) : csvLines(source, path);
  } catch (error) {
    throw asUserError(error, path);
  } finally {
    source.destroy();
  }
}

function bytesOf(path: string): Readable {
  const file = createReadStream(path);
  if (!path.endsWith(".gz")) {
    return file;
  }
  const unzip = createGunzip();
  file.on("error", (error) => unzip.destroy(error));
  return file.pipe(unzip);
}

async function* csvLines(source: Readable, path: string): AsyncGenerator<TransferLine> {
  let names: readonly string[] | null = null;
  let line = 0;
  const texts = new Map<string, string>();
  for await (const rows of csvRows(source, path, MAX_LINE)) {
    for (const row of rows) {
      line++;
      if (names === null) {
        names = checkHeader(row, path);
      } else {
        yield { line, raw: namedCells(names, row, texts), problem: null };
      }
    }
  }
  if (line < 2) {
    throw new UserError("no rows", path, "give a CSV file with a header and at least one row");
  }
}

/** What a row has beyond the header has no name and is left out. */
function namedCells(names: readonly string[], row: readonly string[], texts: Map<string, string>): RawTransfer {
  const raw: Record<string, string> = {};
  for (let at = 0; at < names.length && at < row.length; at++) {
    const cell = row[at] as string;
    putOwn(raw, names[at] as string, STARTS_LIKE_NUMBER.test(cell) ? cell : owned(cell, texts));
  }
  return raw;
}

const STARTS_LIKE_NUMBER = /^[\d.+-]/;
const MOST_TEXTS = 20_000;

/** A text of its own: a piece of a larger one would keep all of that in memory for as long as a model knows the name. */
function owned(piece: string, texts: Map<string, string>): string {
  const known = texts.get(piece);
  if (known !== undefined) {
    return known;
  }
  const own = Buffer.from(piece).toString();
  if (texts.size < MOST_TEXTS) {
    texts.set(own, own);
  }
  return own;
}

function checkHeader(header: readonly string[], path: string): string[] {
  const names = header.map((name) => name.trim());
  const missing = NEEDED_FIELDS.filter((field) => !field.names.some((name) => names.includes(name)));
  if (missing.length > 0) {
    const list = missing.map(({ say }) => say).join(", ");
    throw new UserError(`columns missing: ${list}`, `${path}:1`, "name columns as Rucio's events do");
  }
  return names;
}

async function* jsonLines(source: Readable): AsyncGenerator<TransferLine> {
  let line = 0;
  for await (const lines of textLines(source, MAX_LINE)) {
    for (const text of lines) {
      line++;
      if (text === null) {
        yield { line, raw: null, problem: "longer than a million characters" };
      } else if (text.trim() !== "") {
        yield { line, ...recordOf(text) };
      }
    }
  }
}

function recordOf(text: string): Pick<TransferLine, "raw" | "problem"> {
  try {
    const raw = unwrapEvent(parseJson(text));
    return raw === null ? { raw, problem: "not a JSON object" } : { raw, problem: null };
  } catch {
    return { raw: null, problem: "not JSON" };
  }
}

function asUserError(error: unknown, path: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") {
    return new UserError("no such file", path, "check the path");
  }
  if (code === "EISDIR" || code === "EACCES") {
    return new UserError(code === "EISDIR" ? "is a folder" : "cannot be read", path, "name a file");
  }
  if (code.startsWith("Z_")) {
    return new UserError("is not whole gzip data", path, "fetch it again, or name it without .gz");
  }
  return error instanceof CsvError ? new UserError(`is not CSV (${error.message})`, path, "fix the file") : error;
}
