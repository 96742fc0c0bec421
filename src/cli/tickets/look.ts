import type { Ticket, TicketSystem } from "../../alert/ticket.ts";
import { UserError } from "../../alert/user-error.ts";
import { loadConfig } from "../../config/load.ts";
import { openStore } from "../../store/open.ts";
import type { Store, TrackedTicket } from "../../store/store.ts";
import { requireSystem, SYSTEMS } from "../../tickets/systems.ts";
import { trimText } from "../../tickets/text.ts";
import type { CommandContext } from "../command.ts";

export interface LookRequest {
  readonly config?: string;
  readonly json?: boolean;
}

const NAMES = Object.keys(SYSTEMS) as TicketSystem[];

/** Lists the open tickets of all systems or one. @returns exit code 0 */
export async function listTickets(request: LookRequest & { system?: string }, context: CommandContext): Promise<0> {
  const systems = request.system === undefined ? NAMES : [requireSystem(request.system).name];
  const open = await withStore(request, context, async ({ tickets }) =>
    (await Promise.all(systems.map((system) => tickets.open(system)))).flat(),
  );
  if (request.json === true) {
    context.out(`${JSON.stringify(open.map(toJson), null, 2)}\n`);
    return 0;
  }
  for (const { ticket } of open) {
    const { system, id, status, priority, type, cmsSite, site, subject } = ticket;
    const cells = [`${system}/${id}`, status, priority ?? type ?? "", cmsSite ?? site ?? ""];
    const widths = [22, 18, 14, 20];
    context.out(`${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" ")} ${trimText(subject, 80)}\n`);
  }
  context.out(open.length === 1 ? "1 open ticket\n" : `${open.length} open tickets\n`);
  return 0;
}

/** Shows one ticket as last seen. @returns exit code 0 @throws UserError when it is not known */
export async function showTicket(name: string, request: LookRequest, context: CommandContext): Promise<0> {
  const tracked = await withStore(request, context, (store) => findTicket(store, name));
  if (request.json === true) {
    context.out(`${JSON.stringify(toJson(tracked), null, 2)}\n`);
    return 0;
  }
  const { ticket, firstSeen, lastSeen, lastPushed, resolvedAt, alertLabels } = tracked;
  const rows: readonly (readonly [string, string | null])[] = [
    ["ticket", `${ticket.system}/${ticket.id}`],
    ["subject", ticket.subject],
    ["status", ticket.status],
    ["priority", ticket.priority],
    ["type", ticket.type],
    ["VO", ticket.vo],
    ["site", [ticket.site, ticket.cmsSite].filter((site) => site !== null).join(" = ")],
    ["created", day(ticket.createdAt)],
    ["updated", day(ticket.updatedAt)],
    ["begins", day(ticket.startsAt)],
    ["ends", day(ticket.endsAt)],
    ["first seen", day(firstSeen)],
    ["last seen", day(lastSeen)],
    ["pushed", day(lastPushed)],
    ["resolved", day(resolvedAt)],
    ["alert", alertLabels === null ? null : JSON.stringify(alertLabels)],
    ["address", ticket.url],
  ];
  for (const [title, value] of rows) {
    context.out(value === null || value === "" ? "" : `${title.padEnd(11)}${value}\n`);
  }
  context.out(ticket.description === "" ? "" : `\n${ticket.description}\n`);
  return 0;
}

/** Shows everything that happened to one ticket. @returns exit code 0 @throws UserError when it is not known */
export async function showHistory(name: string, request: LookRequest, context: CommandContext): Promise<0> {
  const history = await withStore(request, context, async (store) => {
    const { ticket } = await findTicket(store, name);
    return store.tickets.history(ticket.system, ticket.id);
  });
  if (request.json === true) {
    context.out(`${JSON.stringify(history, null, 2)}\n`);
    return 0;
  }
  for (const { at, change, details } of history) {
    context.out(`${day(at)}  ${change.padEnd(9)} ${JSON.stringify(details)}\n`);
  }
  return 0;
}

/** Opens the configured store for a piece of work. */
export async function withStore<T>(
  request: LookRequest,
  context: CommandContext,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const config = loadConfig(request.config ?? null, context.environment);
  const store = await openStore(config.store, { log: context.log });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** A ticket by `system/id`, `system-id` (an alert's name) or its id alone, in whichever system has it. */
export async function findTicket(store: Store, name: string): Promise<TrackedTicket> {
  const [, prefix, rest] = /^(ggus|helpdesk|ssb|jira)[/-](.+)$/i.exec(name) ?? [];
  const id = rest ?? name;
  // Alerts of the helpdesk are called ggus-…, too.
  const systems =
    prefix === undefined ? NAMES : name.includes("/") ? [prefix.toLowerCase()] : [prefix.toLowerCase(), "helpdesk"];
  for (const system of systems) {
    const tracked = await store.tickets.get(system as TicketSystem, id);
    if (tracked !== null) {
      return tracked;
    }
  }
  throw new UserError(`no ticket "${name}" is known`, "tickets", "name it like ggus/153264 or ssb/OTG0054345");
}

function toJson(tracked: TrackedTicket): Readonly<Record<string, unknown>> {
  const { ticket, ...tracking } = tracked;
  return { ...(ticket satisfies Ticket), ...tracking };
}

function day(time: Date | null): string | null {
  return time === null
    ? null
    : time
        .toISOString()
        .replace("T", " ")
        .replace(/\.\d+Z$/, " UTC");
}
