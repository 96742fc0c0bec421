import type { Readable } from "node:stream";
import { parse } from "csv-parse/sync";
import { UserError } from "../alert/user-error.ts";

const BYTE_ORDER_MARK = "\uFEFF";

/**
 * Rows of a CSV stream, some at a time, in bounded memory; empty lines are left out. Lines without quotes are only cut at commas,
 * which is several times as fast as parsing them; records with quotes are csv-parse's.
 * @param where names the stream · @param longest characters of one record
 * @throws UserError for a record that does not end, CsvError for quotes that do not fit
 */
export async function* csvRows(bytes: Readable, where: string, longest: number): AsyncGenerator<readonly string[][]> {
  let rest: string | null = null;
  let lineEnd = "\n";
  for await (const block of bytes.setEncoding("utf8") as AsyncIterable<string>) {
    if (rest === null) {
      lineEnd = /\r(?!\n|$)/.test(block) && !block.includes("\n") ? "\r" : "\n";
    }
    const text: string = rest === null ? block.replace(BYTE_ORDER_MARK, "") : rest + block;
    const end = text.lastIndexOf(lineEnd);
    const { rows, open }: Cut = end < 0 ? { rows: [], open: "" } : cut(text.slice(0, end + 1), lineEnd);
    rest = open + text.slice(end + 1);
    if (rest.length > longest) {
      throw new UserError(
        `is not CSV: a record is longer than ${longest} characters`,
        where,
        "fix its quotes and line ends",
      );
    }
    if (rows.length > 0) {
      yield rows;
    }
  }
  if (rest !== null && rest.trim() !== "") {
    yield rest.includes('"') ? parsed(rest) : [cells(rest)];
  }
}

interface Cut {
  readonly rows: string[][];
  /** The beginning of a record whose quotes are not closed yet. */
  readonly open: string;
}

function cut(text: string, lineEnd: string): Cut {
  const lines = text.split(lineEnd);
  lines.pop();
  if (!text.includes('"')) {
    return { rows: lines.flatMap((line) => (isEmpty(line) ? [] : [cells(line)])), open: "" };
  }
  const rows: string[][] = [];
  let record = "";
  for (const line of lines) {
    record += line + lineEnd;
    if (!record.includes('"')) {
      rows.push(...(isEmpty(line) ? [] : [cells(line)]));
      record = "";
    } else if (hasClosedQuotes(record)) {
      rows.push(...parsed(record));
      record = "";
    }
  }
  return { rows, open: record };
}

function cells(line: string): string[] {
  return (line.endsWith("\r") ? line.slice(0, -1) : line).split(",");
}

function isEmpty(line: string): boolean {
  return line === "" || line === "\r";
}

function hasClosedQuotes(record: string): boolean {
  let quotes = 0;
  for (let at = record.indexOf('"'); at >= 0; at = record.indexOf('"', at + 1)) {
    quotes++;
  }
  return quotes % 2 === 0;
}

function parsed(record: string): string[][] {
  return parse(record, { relax_column_count: true, skip_empty_lines: true });
}
