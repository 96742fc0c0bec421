import { z } from "zod";
import { own, putOwn } from "../../alert/own.ts";
import type { Ticket } from "../../alert/ticket.ts";
import { UserError } from "../../alert/user-error.ts";
import { parseIsoTime } from "../dates.ts";
import { type Parsed, type Problem, problem, quoteValue } from "../problem.ts";
import { firstIssue, readJson } from "../read-json.ts";
import { firstCmsSite, siteOfCms } from "../sites.ts";
import { cleanText } from "../text.ts";

/** Names of states, priorities and groups by their ids, as the helpdesk gives them at `/ticket_states` and so on. */
export interface HelpdeskNames {
  readonly states: ReadonlyMap<number, string>;
  readonly priorities: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
}

/** The ids that Zammad comes with, and GGUS's four priorities. */
export const USUAL_NAMES: HelpdeskNames = {
  states: new Map([
    [1, "new"],
    [2, "open"],
    [3, "pending reminder"],
    [4, "closed"],
    [5, "merged"],
    [6, "removed"],
    [7, "pending close"],
  ]),
  priorities: new Map([
    [1, "less urgent"],
    [2, "urgent"],
    [3, "very urgent"],
    [4, "top priority"],
  ]),
  groups: new Map(),
};

const MAX_TEXT = 4 * 1024 * 1024;
const text = z
  .string()
  .max(MAX_TEXT)
  .refine((value) => !value.includes("\u0000"), "has a NUL character in it");
const names = z.union([text.transform((value) => value.split(",")), z.array(text)], {
  error: "is not a name or a list of names",
});
const time = z.string().transform((value, context) => {
  const read = parseIsoTime(value);
  if (read === null) {
    context.addIssue("is not a time in ISO 8601 between 1990 and 2100");
  }
  return read ?? z.NEVER;
});
const id = z.int().positive();

/** A list of ids, or one id, or its digits: the helpdesk's field of several choices gives all of these. */
const groups = z.union(
  [
    z.array(id),
    id.transform((value) => [value]),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform((value) => [Number(value)]),
  ],
  {
    error: "is not a list of group ids",
  },
);

const ticketSchema = z.object({
  id,
  number: text.nullish(),
  title: text.min(1),
  type: text.nullish(),
  priority_id: id,
  state_id: id,
  created_at: time,
  updated_at: time,
  cms_site_names: names.nullish(),
  vo_support: names.nullish(),
  wlcg_sites: names.nullish(),
  notified_groups: groups.nullish(),
  area: text.nullish(),
  article_ids: z.array(id).nullish(),
});
type RawHelpdesk = z.output<typeof ticketSchema>;

/**
 * Tickets of a search answer of the helpdesk, one after the other: a list of tickets, or the form with assets.
 * @throws UserError when the text is no such answer, or an error message.
 */
export async function* parseHelpdesk(
  bytes: AsyncIterable<Uint8Array>,
  where: string,
  known: HelpdeskNames = USUAL_NAMES,
): AsyncGenerator<Parsed> {
  for (const [index, value] of listOf(await readJson(bytes, where), where).entries()) {
    yield* readHelpdeskTicket(value, `[${index}]`, known);
  }
}

const errorSchema = z.object({ error: z.string() });
const assetsSchema = z.object({
  tickets: z.array(id),
  assets: z.object({ Ticket: z.record(z.string(), z.unknown()).default({}) }),
});

/** The tickets of an answer, still unchecked. @throws UserError for an answer of another kind. */
export function listOf(answer: unknown, where: string): readonly unknown[] {
  if (Array.isArray(answer)) {
    return answer;
  }
  const failure = errorSchema.safeParse(answer);
  if (failure.success) {
    throw new UserError(`is an error answer: ${quoteValue(failure.data.error)}`, where, "fix the query or the token");
  }
  const withAssets = assetsSchema.safeParse(answer);
  if (!withAssets.success) {
    throw new UserError("is not a list of tickets", where, "it must be an answer of /api/v1/tickets/search");
  }
  const { tickets, assets } = withAssets.data;
  return tickets.map((number) => own(assets.Ticket, String(number)) ?? { id: number });
}

/** Reads one ticket of an answer; an unknown state or priority is reported and the ticket kept. */
export function* readHelpdeskTicket(value: unknown, place: string, known: HelpdeskNames): Generator<Parsed> {
  const read = ticketSchema.safeParse(value);
  const number = z.object({ id }).safeParse(value);
  const ticketId = number.success ? String(number.data.id) : null;
  if (!read.success) {
    const { field, reason } = firstIssue(read.error, value);
    yield problem(field === null ? `${quoteValue(value)} is no ticket` : reason, { place, field, id: ticketId });
    return;
  }
  const unknown = (field: string, code: number): Problem =>
    problem(`${code} is unknown`, { place, field, id: ticketId, dropped: false }).problem;
  if (!known.states.has(read.data.state_id)) {
    yield { kind: "problem", problem: unknown("state_id", read.data.state_id) };
  }
  if (!known.priorities.has(read.data.priority_id)) {
    yield { kind: "problem", problem: unknown("priority_id", read.data.priority_id) };
  }
  yield { kind: "ticket", line: null, ticket: toTicket(read.data, known) };
}

function toTicket(raw: RawHelpdesk, known: HelpdeskNames): Ticket {
  const subject = cleanText(raw.title);
  const cmsSites = listed(raw.cms_site_names);
  const site = listed(raw.wlcg_sites).join(", ") || null;
  const status = known.states.get(raw.state_id) ?? `state ${raw.state_id}`;
  const priority = known.priorities.get(raw.priority_id) ?? null;
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries({
    number: raw.number,
    type: raw.type,
    priority: priority ?? `priority ${raw.priority_id}`,
    state: status,
    cms_site_names: cmsSites.join(", "),
    vo_support: listed(raw.vo_support).join(", "),
    wlcg_sites: site,
    notified_groups: raw.notified_groups?.join(", "),
    groups: raw.notified_groups?.flatMap((group) => known.groups.get(group) ?? []).join(", "),
    area: raw.area,
    article_ids: raw.article_ids?.join(","),
  })) {
    if (value !== undefined && value !== null && value !== "") {
      putOwn(fields, name, cleanText(value));
    }
  }
  return {
    system: "helpdesk",
    id: String(raw.id),
    subject,
    description: "",
    status,
    priority,
    type: raw.type ?? null,
    vo: listed(raw.vo_support).join(", ").toLowerCase() || null,
    site: site ?? cmsSites[0] ?? null,
    cmsSite: firstCmsSite(cmsSites.join(" ")) ?? siteOfCms(site, subject),
    createdAt: raw.created_at,
    updatedAt: raw.updated_at,
    startsAt: null,
    endsAt: null,
    url: `https://helpdesk.ggus.eu/#ticket/zoom/${raw.id}`,
    fields,
  };
}

function listed(values: readonly string[] | null | undefined): readonly string[] {
  return (values ?? []).map((value) => cleanText(value)).filter((value) => value !== "");
}

/** A helpdesk ticket as `tickets parse helpdesk` prints it. */
export function printHelpdesk(ticket: Ticket): Readonly<Record<string, unknown>> {
  const field = (name: string) => own(ticket.fields, name) ?? null;
  const list = (name: string, separator: string) => field(name)?.split(separator) ?? [];
  return {
    id: Number(ticket.id),
    number: field("number"),
    title: ticket.subject,
    type: ticket.type,
    priority: ticket.priority,
    state: ticket.status,
    created_at: ticket.createdAt?.toISOString() ?? null,
    updated_at: ticket.updatedAt?.toISOString() ?? null,
    cms_site_names: list("cms_site_names", ", "),
    vo_support: ticket.vo,
    wlcg_sites: list("wlcg_sites", ", "),
    notified_groups: list("notified_groups", ", ").map(Number),
    area: field("area"),
    article_ids: list("article_ids", ",").map(Number),
    ...(ticket.description === "" ? {} : { description: ticket.description }),
    url: ticket.url,
  };
}
