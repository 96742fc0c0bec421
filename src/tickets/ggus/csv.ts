import { parse } from "csv-parse/sync";
import { UserError } from "../../alert/user-error.ts";
import { decodeText, MAX_LINE_BYTES } from "../decode.ts";
import { refuseWebPage } from "../not-an-export.ts";
import { type Parsed, problem, quoteValue } from "../problem.ts";
import { QuoteFixer, splitStrictly } from "./quotes.ts";
import { type GgusField, type RawGgus, readGgusRecord } from "./record.ts";

/** Names of columns (lower case, without punctuation) → field. */
const COLUMNS: ReadonlyMap<string, GgusField> = new Map([
  ["ticketid", "TicketID"],
  ["type", "Type"],
  ["vo", "VO"],
  ["site", "Site"],
  ["priority", "Priority"],
  ["respunit", "ResponsibleUnit"],
  ["responsibleunit", "ResponsibleUnit"],
  ["status", "Status"],
  ["lastupdate", "LastUpdate"],
  ["subject", "Subject"],
  ["scope", "Scope"],
  ["cmssite", "CMSSite"],
  ["creationdate", "CreationDate"],
  ["description", "Description"],
]);
const EXPECTED: readonly GgusField[] = [
  "Type",
  "VO",
  "Site",
  "Priority",
  "ResponsibleUnit",
  "Status",
  "LastUpdate",
  "Subject",
  "Scope",
];
const DELIMITERS = [";", ",", "\t", "|"];
const MAX_COLUMNS = 200;

interface Header {
  readonly delimiter: string;
  /** Field per column, null for a column that is not known. */
  readonly fields: readonly (GgusField | null)[];
}

/**
 * Tickets of a GGUS export in CSV, one after the other: the separator is found from the header, columns by their names.
 * @throws UserError when the text is no such export at all (empty, a web page, no `Ticket-ID` column).
 */
export async function* parseGgusCsv(bytes: AsyncIterable<Uint8Array>, where: string): AsyncGenerator<Parsed> {
  let header: Header | null = null;
  let fixer: QuoteFixer | null = null;
  let line = 1;
  let isEmpty = true;
  for await (const { lines, isCut } of readLines(decodeText(bytes, where))) {
    let rest = lines;
    while (header === null && rest.length > 0) {
      const first = rest[0] ?? "";
      rest = rest.slice(1);
      isEmpty &&= first.trim() === "";
      if (first.trim() === "") {
        line++;
        continue;
      }
      header = readHeader(first, where);
      fixer = new QuoteFixer(header.delimiter, header.fields.length);
      yield* missingColumns(header, line);
      line++;
    }
    if (header === null || fixer === null) {
      continue;
    }
    const rows = rest.flatMap((text) => fixer?.push(text) ?? []);
    yield* readRows(isCut ? [...rows, ...fixer.flush()] : rows, header, line, isCut);
    line += rows.reduce((sum, row) => sum + countLines(row), 0);
  }
  if (isEmpty) {
    throw new UserError("is empty", where, "an export has at least a line of column names; fetch it again");
  }
  if (header !== null && fixer !== null) {
    yield* readRows(fixer.flush(), header, line, false);
  }
}

/** Lines of each block; `isCut` when the last one of the text has no newline. Carriage returns at their ends go. */
async function* readLines(blocks: AsyncIterable<string>): AsyncGenerator<{ lines: readonly string[]; isCut: boolean }> {
  let held = "";
  for await (const block of blocks) {
    const lines = (held + block).split("\n");
    held = lines.pop() ?? "";
    if (held.length > MAX_LINE_BYTES) {
      break;
    }
    yield { lines: lines.map(withoutReturn), isCut: false };
  }
  if (held !== "") {
    yield { lines: [withoutReturn(held)], isCut: true };
  }
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function countLines(row: string): number {
  return row.split("\n").length;
}

function readHeader(line: string, where: string): Header {
  refuseWebPage(line, where);
  const candidates = DELIMITERS.map((delimiter) => ({ delimiter, fields: fieldsOf(line, delimiter) }));
  const known = (header: Header) => header.fields.filter((field) => field !== null).length;
  const best = candidates.reduce((winner, header) => (known(header) > known(winner) ? header : winner));
  if (!best.fields.includes("TicketID")) {
    throw new UserError(
      `has no column "Ticket-ID" in its first line ${quoteValue(line)}`,
      where,
      "it must be a GGUS export with column names in the first line",
    );
  }
  return best;
}

function fieldsOf(line: string, delimiter: string): readonly (GgusField | null)[] {
  const names = (splitStrictly(line, delimiter) ?? line.split(delimiter)).slice(0, MAX_COLUMNS);
  const seen = new Set<GgusField>();
  return names.map((name) => {
    const field = COLUMNS.get(name.toLowerCase().replace(/[^a-z]/g, "")) ?? null;
    if (field === null || seen.has(field)) {
      return null;
    }
    seen.add(field);
    return field;
  });
}

function* missingColumns(header: Header, line: number): Generator<Parsed> {
  for (const field of EXPECTED) {
    if (!header.fields.includes(field)) {
      yield problem("there is no such column: it is empty in every ticket", { line, field, dropped: false });
    }
  }
}

function* readRows(rows: readonly string[], header: Header, firstLine: number, isCut: boolean): Generator<Parsed> {
  let line = firstLine;
  const numbered = rows.map((text) => {
    const at = line;
    line += countLines(text);
    return { text, at };
  });
  const filled = numbered.filter(({ text }) => text.trim() !== "");
  if (filled.length === 0) {
    return;
  }
  const records = parse(filled.map(({ text }) => text).join("\n"), {
    delimiter: header.delimiter,
    record_delimiter: "\n",
    relax_column_count: true,
    max_record_size: 2 * MAX_LINE_BYTES,
  });
  for (const [index, cells] of records.entries()) {
    yield readRow(cells, header, filled[index]?.at ?? firstLine, isCut && index === records.length - 1);
  }
}

function readRow(cells: readonly string[], header: Header, line: number, isCut: boolean): Parsed {
  if (cells.length !== header.fields.length) {
    const counts = `has ${cells.length} cells instead of ${header.fields.length}`;
    // Of a row that is cut off not even the number is sure, so nothing can be said about what is missing after it.
    return isCut
      ? problem(`the export ends in the middle of a row: ${counts}`, { line })
      : problem(counts, { line, id: rowId(cells, header) });
  }
  const raw: RawGgus = {};
  for (const [index, field] of header.fields.entries()) {
    if (field !== null) {
      raw[field] = cells[index] ?? "";
    }
  }
  return readGgusRecord(raw, line);
}

function rowId(cells: readonly string[], header: Header): string | null {
  const text = cells[header.fields.indexOf("TicketID")]?.trim() ?? "";
  return /^[1-9]\d{0,15}$/.test(text) ? text : null;
}
