import { z } from "zod";
import { putOwn } from "../../alert/own.ts";
import type { Ticket } from "../../alert/ticket.ts";
import { UserError } from "../../alert/user-error.ts";
import { parseIsoTime } from "../dates.ts";
import { type Parsed, problem, quoteValue } from "../problem.ts";
import { firstIssue, readJson } from "../read-json.ts";
import { firstCmsSite } from "../sites.ts";
import { cleanText } from "../text.ts";

const MAX_TEXT = 4 * 1024 * 1024;
const MAX_PIECES = 10_000;
const text = z
  .string()
  .max(MAX_TEXT)
  .refine((value) => !value.includes("\u0000"), "has a NUL character in it");
const named = z.object({ name: text });
const time = z.string().transform((value, context) => {
  const read = parseIsoTime(value);
  if (read === null) {
    context.addIssue("is not a time in ISO 8601 between 1990 and 2100");
  }
  return read ?? z.NEVER;
});

const issueSchema = z.object({
  key: z.string().regex(/^[A-Z][A-Z0-9_]{1,50}-[1-9]\d{0,9}$/, "is not an issue key such as CMSKUBERNETES-12"),
  fields: z.object({
    summary: text.min(1),
    /** Text, or the document tree of newer servers. */
    description: z.unknown().optional(),
    status: z.object({ name: text, statusCategory: z.object({ key: z.string() }).nullish() }),
    priority: named.nullish(),
    issuetype: named.nullish(),
    project: z.object({ key: z.string(), name: text.nullish() }).nullish(),
    components: z.array(named).nullish(),
    labels: z.array(text).nullish(),
    created: time,
    updated: time.nullish(),
    duedate: z.string().nullish(),
  }),
});

/** What is read of an answer besides its issues: by counting (older servers) or by token (newer ones). */
export interface JiraPage {
  readonly issues: readonly unknown[];
  readonly total: number | null;
  readonly nextPageToken: string | null;
  /** True, false, or null where the server does not say so. */
  readonly isLast: boolean | null;
}

const pageSchema = z.object({
  issues: z.array(z.unknown()),
  total: z.int().nonnegative().nullish(),
  nextPageToken: z.string().nullish(),
  isLast: z.boolean().nullish(),
});
const errorSchema = z.object({ errorMessages: z.array(z.string()).min(1) });

/** Reads a search answer. @throws UserError for one that is none, or that says what failed. */
export function readJiraPage(answer: unknown, where: string): JiraPage {
  const failure = errorSchema.safeParse(answer);
  if (failure.success) {
    throw new UserError(
      `is an error answer: ${quoteValue(failure.data.errorMessages.join("; "))}`,
      where,
      "fix the query or the token",
    );
  }
  const page = pageSchema.safeParse(answer);
  if (!page.success) {
    throw new UserError("is not a list of issues", where, "it must be an answer of Jira's /rest/api/2/search");
  }
  const { issues, total = null, nextPageToken = null, isLast = null } = page.data;
  return { issues, total, nextPageToken, isLast };
}

/**
 * Issues of a search answer of Jira, one after the other.
 * @param base address of the server, for links to issues
 * @throws UserError when the text is no such answer.
 */
export async function* parseJira(
  bytes: AsyncIterable<Uint8Array>,
  where: string,
  base: string,
): AsyncGenerator<Parsed> {
  const { issues } = readJiraPage(await readJson(bytes, where), where);
  for (const [index, issue] of issues.entries()) {
    yield readJiraIssue(issue, `issues[${index}]`, base);
  }
}

/** Reads one issue of an answer. */
export function readJiraIssue(value: unknown, place: string, base: string): Parsed {
  const read = issueSchema.safeParse(value);
  if (!read.success) {
    const { field, reason } = firstIssue(read.error, value);
    const key = issueSchema.pick({ key: true }).safeParse(value);
    return problem(field === null ? `${quoteValue(value)} is no issue` : reason, {
      place,
      field,
      id: key.success ? key.data.key : null,
    });
  }
  return { kind: "ticket", line: null, ticket: toTicket(read.data, base) };
}

function toTicket({ key, fields: raw }: z.output<typeof issueSchema>, base: string): Ticket {
  const subject = cleanText(raw.summary);
  const description = cleanText(flatten(raw.description));
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries({
    project: raw.project?.key,
    statusCategory: raw.status.statusCategory?.key,
    components: raw.components?.map((component) => component.name).join(", "),
    labels: raw.labels?.join(", "),
    duedate: raw.duedate,
  })) {
    if (value !== undefined && value !== null && value !== "") {
      putOwn(fields, name, cleanText(value));
    }
  }
  return {
    system: "jira",
    id: key,
    subject,
    description,
    status: cleanText(raw.status.name),
    priority: raw.priority === null || raw.priority === undefined ? null : cleanText(raw.priority.name),
    type: raw.issuetype === null || raw.issuetype === undefined ? null : cleanText(raw.issuetype.name),
    vo: null,
    site: null,
    cmsSite: firstCmsSite(`${subject} ${description}`),
    createdAt: raw.created,
    updatedAt: raw.updated ?? null,
    startsAt: null,
    endsAt: null,
    url: `${base.replace(/\/+$/, "")}/browse/${key}`,
    fields,
  };
}

/** Text of a description: itself, or the texts of its document tree, a block a line. */
function flatten(description: unknown): string {
  if (typeof description === "string") {
    return description.replaceAll("\u0000", "").slice(0, MAX_TEXT);
  }
  const pieces: string[] = [];
  const pending: unknown[] = [description];
  for (let count = 0; pending.length > 0 && count < MAX_PIECES; count++) {
    const node = pending.pop();
    if (typeof node === "object" && node !== null) {
      const { text: own, content, type } = node as { text?: unknown; content?: unknown; type?: unknown };
      pieces.push(typeof own === "string" ? own : type === "paragraph" || type === "hardBreak" ? "\n" : "");
      pending.push(...(Array.isArray(content) ? [...content].slice(0, MAX_PIECES).reverse() : []));
    }
  }
  return pieces.join("").replaceAll("\u0000", "").slice(0, MAX_TEXT);
}

/** An issue as `tickets parse jira` prints it. */
export function printJira(ticket: Ticket): Readonly<Record<string, unknown>> {
  return {
    key: ticket.id,
    summary: ticket.subject,
    type: ticket.type,
    priority: ticket.priority,
    status: ticket.status,
    created: ticket.createdAt?.toISOString() ?? null,
    updated: ticket.updatedAt?.toISOString() ?? null,
    ...ticket.fields,
    ...(ticket.description === "" ? {} : { description: ticket.description }),
    url: ticket.url,
  };
}
