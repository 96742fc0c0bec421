import { z } from "zod";
import type { Ticket } from "../../alert/ticket.ts";
import { UserError } from "../../alert/user-error.ts";
import { parseMilliseconds } from "../dates.ts";
import { type Parsed, problem, quoteValue } from "../problem.ts";
import { readJson } from "../read-json.ts";
import { firstCmsSite } from "../sites.ts";
import { cleanText } from "../text.ts";

/** Columns of the outages by their names in InfluxDB, in the order in which they come when the names are unknown. */
const COLUMNS = [
  ["time", "date"],
  ["begin", "begin"],
  ["description", "description"],
  ["duration", null],
  ["end", "end"],
  ["fe_name", "feName"],
  ["monit_state", "monitState"],
  ["monit_state_1", "monitState1"],
  ["se_name", "seName"],
  ["short_description", "shortDescription"],
  ["ssb_number", "ssbNumber"],
  ["sys_created_by", "sysCreatedBy"],
  ["sys_mod_count", "sysModCount"],
  ["sys_updated_by", "sysUpdatedBy"],
  ["type", "type"],
  ["update_timestamp", "updateTimestamp"],
] as const;
type SsbField = NonNullable<(typeof COLUMNS)[number][1]>;

const answerSchema = z.object({
  error: z.string().optional(),
  results: z
    .array(
      z.object({
        error: z.string().optional(),
        partial: z.boolean().optional(),
        series: z
          .array(
            z.object({
              columns: z.array(z.string()),
              values: z.array(z.unknown()).default([]),
              partial: z.boolean().optional(),
            }),
          )
          .default([]),
      }),
    )
    .optional(),
});

/**
 * Outages of an answer of the service status board, one after the other. The same outage comes once per change of it.
 * @throws UserError when the text is no such answer, says that the query failed, or has columns that cannot be told.
 */
export async function* parseSsb(bytes: AsyncIterable<Uint8Array>, where: string): AsyncGenerator<Parsed> {
  const answer = answerSchema.safeParse(await readJson(bytes, where));
  if (!answer.success) {
    const issue = answer.error.issues[0];
    throw new UserError(
      `\`${issue?.path.join(".") ?? ""}\` ${issue?.message ?? "is wrong"}`,
      where,
      "it must be an answer of InfluxDB: {results: [{series: [{columns, values}]}]}",
    );
  }
  const { error, results = [] } = answer.data;
  const failure = error ?? results.find((result) => result.error !== undefined)?.error;
  if (failure !== undefined) {
    throw new UserError(`is an error answer: ${quoteValue(failure)}`, where, "fix the query or the token");
  }
  if (results.length === 0) {
    throw new UserError(
      "has no result at all",
      where,
      "even an empty answer has one result without series; fetch it again",
    );
  }
  for (const [index, result] of results.entries()) {
    for (const [number, series] of result.series.entries()) {
      yield* readSeries(series.columns, series.values, `results[${index}].series[${number}]`, where);
    }
    if (result.partial === true || result.series.some((series) => series.partial === true)) {
      yield problem("the answer is partial: rows are missing", { place: `results[${index}]` });
    }
  }
}

function* readSeries(
  columns: readonly string[],
  values: readonly unknown[],
  place: string,
  where: string,
): Generator<Parsed> {
  const order = columnOrder(columns, where);
  for (const [index, row] of values.entries()) {
    yield readRow(row, columns.length, order, `${place}.values[${index}]`);
  }
}

/** Index of the cell per field: by name where the names are known, else by the usual order. */
function columnOrder(columns: readonly string[], where: string): ReadonlyMap<SsbField, number> {
  const isNamed = ["begin", "ssb_number"].every((name) => columns.includes(name));
  if (!isNamed && columns.length !== COLUMNS.length) {
    throw new UserError(
      `has ${columns.length} columns, without "begin" and "ssb_number"`,
      where,
      `it must have these columns, or the usual ${COLUMNS.length} in their order`,
    );
  }
  const order = new Map<SsbField, number>();
  for (const [usual, [name, field]] of COLUMNS.entries()) {
    const index = isNamed ? columns.indexOf(name) : usual;
    if (field !== null && index >= 0) {
      order.set(field, index);
    }
  }
  return order;
}

function readRow(row: unknown, width: number, order: ReadonlyMap<SsbField, number>, place: string): Parsed {
  if (!Array.isArray(row)) {
    return problem(`${quoteValue(row)} is no row`, { place });
  }
  const cells = row as readonly unknown[];
  const cell = (field: SsbField) => cells[order.get(field) ?? -1] ?? null;
  const id = cell("ssbNumber");
  const isNumber = typeof id === "string" && /^[A-Z]{2,6}\d{1,15}$/.test(id);
  if (cells.length !== width) {
    return problem(`the row has ${cells.length} cells instead of ${width}`, { place, id: isNumber ? id : null });
  }
  if (!isNumber) {
    return problem(`${quoteValue(id)} is not an outage number such as OTG0054345`, { place, field: "ssbNumber" });
  }
  return readOutage(id, cell, place);
}

function readOutage(id: string, cell: (field: SsbField) => unknown, place: string): Parsed {
  const bad = (field: string, reason: string) => problem(reason, { place, id, field });
  const times = { begin: time(cell("begin")), end: time(cell("end")), updateTimestamp: time(cell("updateTimestamp")) };
  for (const [field, value] of Object.entries(times)) {
    if (value === "bad") {
      return bad(field, `${quoteValue(cell(field as SsbField))} is not a time in milliseconds`);
    }
  }
  const { begin, end, updateTimestamp } = times as Record<keyof typeof times, Date | null>;
  if (begin === null) {
    return bad("begin", "an outage without a begin");
  }
  if (end !== null && end < begin) {
    return bad("end", `it ends (${end.toISOString()}) before it begins (${begin.toISOString()})`);
  }
  const fields: Record<string, string> = {};
  for (const [, field] of COLUMNS) {
    const value = field === null ? null : cell(field);
    if (field === null || value === null) {
      continue;
    }
    if ((typeof value !== "string" && typeof value !== "number") || String(value).includes("\u0000")) {
      return bad(field, `${quoteValue(value)} is not a text`);
    }
    fields[field] = cleanText(String(value));
  }
  return { kind: "ticket", line: null, ticket: toTicket(id, fields, begin, end, updateTimestamp) };
}

function time(value: unknown): Date | null | "bad" {
  if (value === null) {
    return null;
  }
  return (typeof value === "number" ? parseMilliseconds(value) : null) ?? "bad";
}

function toTicket(
  id: string,
  fields: Readonly<Record<string, string>>,
  startsAt: Date,
  endsAt: Date | null,
  updatedAt: Date | null,
): Ticket {
  const subject = fields["shortDescription"] ?? "";
  return {
    system: "ssb",
    id,
    subject,
    description: fields["description"] ?? "",
    status: fields["monitState"] ?? "",
    priority: null,
    type: fields["type"] ?? null,
    vo: null,
    site: null,
    cmsSite: firstCmsSite(subject),
    createdAt: null,
    updatedAt,
    startsAt,
    endsAt,
    url: `https://cern.service-now.com/service-portal?id=outage&n=${id}`,
    fields,
  };
}

/** An outage as `tickets parse ssb` prints it: fields as in its alert, times in milliseconds. */
export function printSsb(ticket: Ticket): Readonly<Record<string, unknown>> {
  return {
    ...Object.fromEntries(
      COLUMNS.flatMap(([, field]) => (field === null ? [] : [[field, ticket.fields[field] ?? null]])),
    ),
    begin: ticket.startsAt?.getTime() ?? null,
    end: ticket.endsAt?.getTime() ?? null,
    updateTimestamp: ticket.updatedAt?.getTime() ?? null,
  };
}
