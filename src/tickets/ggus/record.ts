import type { Ticket } from "../../alert/ticket.ts";
import { parseExportedTime } from "../dates.ts";
import { type Parsed, problem, quoteValue } from "../problem.ts";
import { siteOfCms } from "../sites.ts";
import { cleanText, textOrNull } from "../text.ts";

/** Fields of a GGUS ticket, by the names that the JSON output and the alerts use. */
export const GGUS_FIELDS = [
  "TicketID",
  "Type",
  "VO",
  "Site",
  "Priority",
  "ResponsibleUnit",
  "Status",
  "LastUpdate",
  "Subject",
  "Scope",
  "CMSSite",
  "CreationDate",
  "Description",
  "Comments",
] as const;
export type GgusField = (typeof GGUS_FIELDS)[number];

/** One ticket as it stands in an export: text by field, absent where the export does not have it. */
export type RawGgus = Partial<Record<GgusField, string>>;

const MAX_ID_DIGITS = 16;

/** Where people read a ticket. */
export function ggusUrl(id: string): string {
  return `https://ggus.eu/?mode=ticket_info&ticket_id=${id}`;
}

/** Reads one ticket, or says what is wrong with the first field that is not as it should be. */
export function readGgusRecord(raw: RawGgus, line: number): Parsed {
  const id = (raw.TicketID ?? "").trim();
  if (!isId(id)) {
    return problem(`${quoteValue(id)} is not a ticket number`, { line, field: "TicketID" });
  }
  const bad = (field: GgusField, reason: string) => problem(reason, { line, id, field });
  for (const field of GGUS_FIELDS) {
    if (raw[field]?.includes("\u0000") === true) {
      return bad(field, "has a NUL character in it");
    }
  }
  const times = { LastUpdate: textOrNull(raw.LastUpdate ?? ""), CreationDate: textOrNull(raw.CreationDate ?? "") };
  for (const field of ["LastUpdate", "CreationDate"] as const) {
    const text = times[field];
    if (text !== null && parseExportedTime(text) === null) {
      return bad(field, `${quoteValue(text)} is not a time (YYYY-MM-DD HH:MM:SS) between 1990 and 2100`);
    }
  }
  return { kind: "ticket", line, ticket: toTicket(id, raw, times) };
}

function isId(text: string): boolean {
  return /^[1-9]\d*$/.test(text) && text.length <= MAX_ID_DIGITS && Number.isSafeInteger(Number(text));
}

function toTicket(id: string, raw: RawGgus, times: Record<"LastUpdate" | "CreationDate", string | null>): Ticket {
  const text = (field: GgusField) => textOrNull(raw[field] ?? "");
  const fields: Record<string, string> = { TicketID: id };
  for (const field of GGUS_FIELDS) {
    const value = field === "TicketID" || field === "Description" ? null : text(field);
    if (value !== null) {
      fields[field] = value;
    }
  }
  const site = text("Site");
  const subject = text("Subject") ?? "";
  return {
    system: "ggus",
    id,
    subject,
    description: cleanText(raw.Description ?? ""),
    status: text("Status") ?? "",
    priority: text("Priority"),
    type: text("Type"),
    vo: text("VO"),
    site,
    cmsSite: text("CMSSite") ?? siteOfCms(site, subject),
    createdAt: times.CreationDate === null ? null : parseExportedTime(times.CreationDate),
    updatedAt: times.LastUpdate === null ? null : parseExportedTime(times.LastUpdate),
    startsAt: null,
    endsAt: null,
    url: ggusUrl(id),
    fields,
  };
}
