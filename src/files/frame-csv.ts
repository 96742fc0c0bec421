import { createReadStream } from "node:fs";
import { Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { CsvError, parse } from "csv-parse";
import { UserError } from "../alert/user-error.ts";
import type { Frame } from "../detect/frame.ts";

/** A table of numbers read row by row: header first, then rows. */
export interface SeriesFile {
  readonly path: string;
  readonly metrics: readonly string[];
  /** True when rows have a time. */
  readonly timed: boolean;
  /** Rows in the file's order; the array of values is the caller's. Can be walked once. */
  readonly rows: AsyncIterable<SeriesRow>;
}

export interface SeriesRow {
  /** Line in the file, the header being 1. */
  readonly line: number;
  /** Unix seconds; NaN where the file has no time. */
  readonly time: number;
  /** The time as the file writes it. */
  readonly timeText: string;
  readonly values: Float64Array;
  /** The column `label`, only where asked for; else NaN. */
  readonly label: number;
}

export interface ReadOptions {
  /** Evaluation alone reads the column `label`. */
  readonly labels?: boolean;
  /** Columns whose first value is text are identifiers and left out, instead of an error. */
  readonly ignoreText?: boolean;
}

const MAX_COLUMNS = 20_000;
const MAX_RECORD = 8_000_000;
const NEVER_METRICS = new Set(["label", "labels", "is_anomaly"]);
const TIME_COLUMNS = ["time", "timestamp", "datetime", "date"];
const MISSING = new Set(["", "nan", "na", "null", "none", "inf", "+inf", "-inf", "infinity", "-infinity", "+infinity"]);
const MILLISECONDS_FROM = 1e11;

/**
 * Opens a CSV file, gzipped when its name ends in .gz. Columns `time` or `timestamp` hold times (Unix seconds or milliseconds, or
 * text in UTC), a column `label` is never looked at, every other column is a metric. Empty, NaN and infinite cells are missing.
 * @throws UserError naming file, line and column for what cannot be read
 */
export async function openSeries(path: string, options: ReadOptions = {}): Promise<SeriesFile> {
  const records = recordsOf(path);
  const header = await next(records, path);
  const first = header === null ? null : await next(records, path);
  if (header === null || first === null) {
    throw new UserError("no rows", path, "give a CSV file with a header and at least one row");
  }
  const columns = columnsOf(header, first, path, options);
  return {
    path,
    metrics: columns.metrics.map(({ name }) => name),
    timed: columns.time !== null,
    rows: rowsOf(records, first, columns, path),
  };
}

/** All rows of a series as a frame; rows are sorted by time, of rows with the same time the last one is kept. */
export async function readFrame(
  path: string,
  options: ReadOptions = {},
): Promise<Frame & { readonly dropped: number }> {
  const series = await openSeries(path, options);
  const rows: SeriesRow[] = [];
  for await (const row of series.rows) {
    rows.push(row);
  }
  const kept = series.timed ? inOrder(rows) : rows;
  const size = series.metrics.length;
  const values = new Float64Array(kept.length * size);
  kept.forEach((row, at) => {
    values.set(row.values, at * size);
  });
  const times = series.timed ? Float64Array.from(kept, ({ time }) => time) : null;
  return { metrics: series.metrics, rows: kept.length, values, times, dropped: rows.length - kept.length };
}

interface Columns {
  readonly label: number | null;
  readonly metrics: readonly { readonly name: string; readonly at: number }[];
  readonly time: number | null;
}

function columnsOf(header: readonly string[], first: readonly string[], path: string, options: ReadOptions): Columns {
  if (header.length > MAX_COLUMNS) {
    throw tooManyColumns(path);
  }
  const names = header.map((name) => name.trim());
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new UserError(`column "${twice}" is there twice`, `${path}:1`, "rename one of them");
  }
  const timeColumns = names.map((_, at) => at).filter((at) => TIME_COLUMNS.includes(names[at]?.toLowerCase() ?? ""));
  // Text is the better time where a file has both: epoch columns are the ones that are wrong in places.
  const time = timeColumns.find((at) => Number.isNaN(Number(first[at]))) ?? timeColumns[0] ?? null;
  const metrics = names
    .map((name, at) => ({ name, at }))
    .filter(({ name, at }) => !timeColumns.includes(at) && !NEVER_METRICS.has(name.toLowerCase()));
  const numeric =
    options.ignoreText === true ? metrics.filter(({ at }) => numberOf(first[at] ?? "") !== null) : metrics;
  if (numeric.length === 0) {
    throw new UserError("no column of numbers", path, "give a column per metric besides time and label");
  }
  return { metrics: numeric, time, label: options.labels === true ? labelColumn(names, path) : null };
}

function labelColumn(names: readonly string[], path: string): number {
  const at = names.findIndex((name) => NEVER_METRICS.has(name.toLowerCase()));
  if (at < 0) {
    throw new UserError("no column label", `${path}:1`, "evaluate on files that say which rows are anomalous");
  }
  return at;
}

async function* rowsOf(
  records: AsyncIterator<string[]>,
  first: readonly string[],
  columns: Columns,
  path: string,
): AsyncGenerator<SeriesRow> {
  let line = 2;
  for (let record: readonly string[] | null = first; record !== null; record = await next(records, path), line++) {
    const values = new Float64Array(columns.metrics.length);
    for (let i = 0; i < values.length; i++) {
      const column = columns.metrics[i] as { name: string; at: number };
      const text = record[column.at] ?? "";
      const value = numberOf(text);
      if (value === null) {
        throw new UserError(
          `"${text.slice(0, 40)}" in column "${column.name}" is not a number`,
          `${path}:${line}`,
          "leave a missing value empty, and columns of text out",
        );
      }
      values[i] = value;
    }
    const timeText = columns.time === null ? "" : (record[columns.time] ?? "");
    const time = columns.time === null ? Number.NaN : timeOf(timeText, `${path}:${line}`);
    const label = columns.label === null ? Number.NaN : Number(record[columns.label]);
    yield { line, time, timeText, values, label };
  }
}

/** NaN for a missing value, null for text. */
function numberOf(text: string): number | null {
  const value = Number(text);
  if (Number.isFinite(value) && text !== "") {
    return value;
  }
  return MISSING.has(text.trim().toLowerCase()) ? Number.NaN : null;
}

/** Unix seconds of a number or a date in text; text without a zone is UTC. @throws UserError for anything else */
function timeOf(text: string, where: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && text.trim() !== "") {
    return Math.abs(value) > MILLISECONDS_FROM ? value / 1000 : value;
  }
  const parts = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?/.exec(text.trim());
  const zone = parts?.[4]?.replace(/^([+-]\d\d)(\d\d)$/, "$1:$2") ?? "Z";
  const milliseconds = parts === null ? Number.NaN : Date.parse(`${parts[1]}T${parts[2]}${zone}`);
  if (Number.isNaN(milliseconds)) {
    throw new UserError(`"${text.slice(0, 40)}" is not a time`, where, "write Unix seconds or 2026-01-31T12:00:00Z");
  }
  return milliseconds / 1000 + Number(`0${parts?.[3] ?? ""}`);
}

function inOrder(rows: readonly SeriesRow[]): readonly SeriesRow[] {
  const sorted = [...rows].sort((a, b) => a.time - b.time || a.line - b.line);
  return sorted.filter((row, at) => sorted[at + 1]?.time !== row.time);
}

function recordsOf(path: string): AsyncIterator<string[]> {
  const parser = parse({ relax_column_count: true, skip_empty_lines: true, bom: true, max_record_size: MAX_RECORD });
  const file = createReadStream(path);
  const fail = (error: Error) => parser.destroy(error);
  file.on("error", fail);
  const text = path.endsWith(".gz") ? file.pipe(createGunzip().on("error", fail)) : file;
  text.pipe(headerGuard(path).on("error", fail)).pipe(parser);
  return parser[Symbol.asyncIterator]();
}

const COMMA = 0x2c;
const NEWLINE = 0x0a;

/** Ends the reading of a file with far too many columns at its header: the parser would take minutes over it. */
function headerGuard(path: string): Transform {
  let columns = 1;
  let inHeader = true;
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      for (let i = 0; inHeader && i < chunk.length; i++) {
        inHeader = chunk[i] !== NEWLINE;
        columns += chunk[i] === COMMA ? 1 : 0;
      }
      done(columns > MAX_COLUMNS ? tooManyColumns(path) : null, chunk);
    },
  });
}

function tooManyColumns(path: string): UserError {
  return new UserError(`more than ${MAX_COLUMNS} columns`, path, "give one file per entity with a column per metric");
}

async function next(records: AsyncIterator<string[]>, path: string): Promise<string[] | null> {
  try {
    const { done, value } = await records.next();
    return done === true ? null : value;
  } catch (error) {
    throw asUserError(error, path);
  }
}

function asUserError(error: unknown, path: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") {
    return new UserError("no such file", path, "check the path");
  }
  if (code === "EISDIR" || code === "EACCES") {
    return new UserError(code === "EISDIR" ? "is a folder" : "cannot be read", path, "name a CSV file");
  }
  if (code.startsWith("Z_")) {
    return new UserError("is not whole gzip data", path, "fetch it again, or name it without .gz");
  }
  if (error instanceof CsvError) {
    const hint = code === "CSV_MAX_RECORD_SIZE" ? "a line is too long: give one file per entity" : "fix the file";
    return new UserError(`is not CSV (${error.message})`, path, hint);
  }
  return error;
}
