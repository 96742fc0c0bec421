import type { Ticket } from "../../alert/ticket.ts";
import type { TransferIncident } from "../model/incident.ts";
import { sitesOf } from "../model/suspect.ts";

/** A ticket or intervention that may be about the same trouble, and why it is thought so. */
export interface RelatedTicket {
  readonly ticket: Ticket;
  readonly reason: string;
}

const MOST = 5;
/** An intervention that ended not longer ago than this may still be felt. */
const AFTERMATH = 2 * 3_600_000;
const CERN = /^T[0-2]_CH_CERN/;
const CENTRAL = /\b(?:FTS|Rucio|EOS|CTA|CASTOR|network|router|LHCOPN|LHCONE)\b/i;
const TRANSFER = /\b(?:transfers?|FTS|Rucio|SRM|gfal|xrootd|webdav|davs?|storage|dCache|EOS|tape|checksum|stage)\b/i;

/**
 * Open tickets of the sites of an incident, and interventions in its time that name one of them, or for CERN and its servers
 * the network and storage there. Those about transfers come first, then the newest; at most five.
 */
export function relatedTickets(incident: TransferIncident, tickets: readonly Ticket[]): readonly RelatedTicket[] {
  const sites = sitesOf(incident.subject);
  return tickets
    .flatMap((ticket) => {
      const reason = ticket.system === "ssb" ? byIntervention(incident, sites, ticket) : bySite(sites, ticket);
      return reason === null ? [] : [{ ticket, reason }];
    })
    .sort((left, right) => rank(right.ticket) - rank(left.ticket) || newest(right.ticket) - newest(left.ticket))
    .slice(0, MOST);
}

function bySite(sites: readonly string[], ticket: Ticket): string | null {
  const site = sites.find((name) => ticket.cmsSite === name || ticket.site === name || mentions(textOf(ticket), name));
  return site === undefined ? null : `ticket of ${site}`;
}

function byIntervention(incident: TransferIncident, sites: readonly string[], ticket: Ticket): string | null {
  const begins = ticket.startsAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  const ends = (ticket.endsAt?.getTime() ?? Number.POSITIVE_INFINITY) + AFTERMATH;
  if (begins > incident.updatedAt.getTime() || ends < incident.since.getTime()) {
    return null;
  }
  const text = textOf(ticket);
  const named = sites.find((site) => mentions(text, site));
  if (named !== undefined) {
    return `intervention that names ${named}`;
  }
  const atCern = sites.some((site) => CERN.test(site)) || incident.subject.kind === "server";
  return atCern && CENTRAL.test(text) ? "intervention on network or storage at CERN" : null;
}

function textOf({ subject, description }: Ticket): string {
  return `${subject} ${description}`;
}

function mentions(text: string, site: string): boolean {
  const at = text.indexOf(site);
  // T2_US_UCSD is not meant by T2_US_UCSD2; its storage elements T2_US_UCSD_Disk are.
  return at >= 0 && !/[A-Za-z0-9]/.test(text.charAt(at + site.length));
}

function rank(ticket: Ticket): number {
  return TRANSFER.test(textOf(ticket)) ? 1 : 0;
}

function newest({ updatedAt, createdAt, startsAt }: Ticket): number {
  return (updatedAt ?? createdAt ?? startsAt)?.getTime() ?? 0;
}
