import type { Ticket } from "../alert/ticket.ts";

/** Which tickets are wanted: each list that is given must hold one that fits. Nothing given: all of them. */
export interface TicketFilter {
  /** Virtual organisations; tickets of none are left out too. */
  readonly vo?: readonly string[] | undefined;
  /** Names of sites, WLCG's or CMS's; `*` at the end stands for any rest, as in `T1_*`. */
  readonly site?: readonly string[] | undefined;
  readonly status?: readonly string[] | undefined;
  /** Words or phrases of subject or description, whole ones. */
  readonly text?: readonly string[] | undefined;
}

/** Why a ticket is not wanted, or null when it is. Upper and lower case are the same. */
export function filterTicket(ticket: Ticket, filter: TicketFilter): string | null {
  const { vo, site, status, text } = filter;
  const vos = (ticket.vo ?? "").split(",").map(normalize);
  if (vo !== undefined && !vo.some((wanted) => vos.includes(normalize(wanted)))) {
    return `its VO is ${ticket.vo ?? "not given"}`;
  }
  const sites = [ticket.site, ticket.cmsSite].flatMap((name) => name ?? []).map(normalize);
  if (site !== undefined && !site.some((wanted) => sites.some((name) => fitsName(name, normalize(wanted))))) {
    return `its site is ${ticket.cmsSite ?? ticket.site ?? "not given"}`;
  }
  if (status !== undefined && !status.some((wanted) => normalize(wanted) === normalize(ticket.status))) {
    return `its status is ${ticket.status}`;
  }
  const words = ` ${wordsOf(`${ticket.subject} ${ticket.description}`)} `;
  if (text !== undefined && !text.some((wanted) => words.includes(` ${wordsOf(wanted)} `))) {
    return "its text has none of the wanted words";
  }
  return null;
}

function normalize(text: string): string {
  return text.trim().toLowerCase();
}

function fitsName(name: string, wanted: string): boolean {
  return wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

function wordsOf(text: string): string {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_]+/u)
    .filter((word) => word !== "")
    .join(" ");
}
