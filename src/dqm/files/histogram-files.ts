import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CsvError } from "csv-parse";
import { UserError } from "../../alert/user-error.ts";
import { csvRows } from "../../files/csv-rows.ts";
import { histogramColumns } from "../judge/read/columns.ts";
import { histogramOfJson, JsonTextError, jsonObjects } from "../judge/read/json.ts";
import { histogramOfRow, type LabelledHistogram, type RecordResult } from "../judge/read/record.ts";

/** What was left out of a file, and why. */
export interface ReadNotes {
  rows: number;
  /** Rows that could not be used. */
  refused: number;
  /** The first of them, with line or number and reason. */
  readonly problems: string[];
}

export interface HistogramsOptions {
  /** Label columns to read. */
  readonly labels?: readonly string[];
  /** Only these histograms; all without. */
  readonly histograms?: readonly string[];
  readonly notes: ReadNotes;
}

const MAX_RECORD = 8_000_000;
const MOST_PROBLEMS = 20;

export function newNotes(): ReadNotes {
  return { rows: 0, refused: 0, problems: [] };
}

/** Adds a refused row to the notes. */
export function note(notes: ReadNotes, problem: string): void {
  notes.refused++;
  if (notes.problems.length < MOST_PROBLEMS) {
    notes.problems.push(problem);
  }
}

/**
 * Reads histograms one by one from CSV, JSON or newline-delimited JSON, gzipped when the name ends in .gz; memory does not grow with
 * the file. A row that cannot be used is noted and left out; so is one with other bins than the first of its name.
 * @throws UserError when the file cannot be read, is neither, or has no row that can be used
 */
export async function* readHistograms(path: string, options: HistogramsOptions): AsyncGenerator<LabelledHistogram> {
  yield* histogramsOf(openBytes(path), path, options);
}

/** The same from a stream of bytes; `where` names it, and says what it is by its ending. */
export async function* histogramsOf(
  bytes: Readable,
  where: string,
  { labels = [], histograms, notes }: HistogramsOptions,
): AsyncGenerator<LabelledHistogram> {
  const bins = new Map<string, number>();
  const results = isJson(where) ? jsonRecords(bytes, where, labels) : csvRecords(bytes, where, labels);
  let good = 0;
  for await (const { place, result } of results) {
    notes.rows++;
    if (!result.ok) {
      note(notes, `${where}:${place}: ${result.reason}`);
      continue;
    }
    const { histogram } = result;
    if (histograms !== undefined && !histograms.includes(histogram.name)) {
      continue;
    }
    const expected = bins.get(histogram.name) ?? histogram.counts.length;
    if (histogram.counts.length !== expected) {
      note(notes, `${where}:${place}: ${histogram.counts.length} counts, "${histogram.name}" had ${expected} before`);
      continue;
    }
    bins.set(histogram.name, expected);
    good++;
    yield histogram;
  }
  if (good === 0) {
    throw new UserError(
      `no histogram that can be used${notes.problems[0] === undefined ? "" : ` (${notes.problems[0]})`}`,
      where,
      "give one row per run, lumisection and histogram, see docs/dqm.md",
    );
  }
}

interface Found {
  readonly place: number;
  readonly result: RecordResult;
}

function isJson(where: string): boolean {
  return /\.(json|jsonl|ndjson)(\.gz)?$/i.test(where);
}

function openBytes(path: string): Readable {
  const file = createReadStream(path);
  if (!path.endsWith(".gz")) {
    return file;
  }
  const plain = createGunzip();
  file.on("error", (error) => plain.destroy(error));
  return file.pipe(plain);
}

async function* csvRecords(bytes: Readable, where: string, labels: readonly string[]): AsyncGenerator<Found> {
  let columns: ReturnType<typeof histogramColumns> | null = null;
  let line = 0;
  try {
    for await (const rows of csvRows(bytes, where, MAX_RECORD)) {
      for (const row of rows) {
        line++;
        if (columns === null) {
          columns = histogramColumns(row, `${where}:1`, labels);
        } else {
          yield { place: line, result: histogramOfRow(row, columns) };
        }
      }
    }
  } catch (error) {
    throw asUserError(error, where);
  } finally {
    bytes.destroy();
  }
}

async function* jsonRecords(bytes: Readable, where: string, labels: readonly string[]): AsyncGenerator<Found> {
  let place = 0;
  try {
    for await (const text of jsonObjects(bytes.setEncoding("utf8"))) {
      place++;
      yield { place, result: histogramOfJson(text, labels) };
    }
  } catch (error) {
    throw asUserError(error, where);
  } finally {
    bytes.destroy();
  }
}

function asUserError(error: unknown, where: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") {
    return new UserError("no such file", where, "check the path");
  }
  if (code === "EISDIR" || code === "EACCES") {
    return new UserError(code === "EISDIR" ? "is a folder" : "cannot be read", where, "name a CSV or JSON file");
  }
  if (code.startsWith("Z_")) {
    return new UserError("is not whole gzip data", where, "fetch it again, or name it without .gz");
  }
  if (error instanceof CsvError) {
    return new UserError(`is not CSV (${error.message})`, where, "fix the file, or name it .json");
  }
  return error instanceof JsonTextError ? new UserError(error.message, where, "fetch it again") : error;
}
