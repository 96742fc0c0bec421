import type { Alert } from "../../alert/alert.ts";
import type { Ticket } from "../../alert/ticket.ts";
import { commonAnnotations, toAnnotations, toLabels } from "../alert-parts.ts";
import type { AlertContext } from "../system.ts";

const CLOSED = new Set(["solved", "unsolved", "verified", "closed", "merged", "removed"]);

/** True for a ticket that somebody still has to work on. */
export function isOpenGgus(ticket: Ticket): boolean {
  return !CLOSED.has(ticket.status.toLowerCase());
}

/** The alert of a GGUS ticket; the helpdesk, its successor, keeps the same labels so that routes go on working. */
export function ggusAlert(ticket: Ticket, context: AlertContext): Alert {
  const { priority, site, vo, type, url, id, subject, status } = ticket;
  const scope = ticket.fields["Scope"];
  return {
    labels: toLabels({
      alertname: `ggus-${id}`,
      severity: "ticket",
      service: "GGUS",
      tag: "monitoring",
      Priority: priority,
      Scope: scope,
      Site: site,
      VO: vo,
      Type: type,
    }),
    annotations: {
      ...toAnnotations({
        TicketID: id,
        Type: type,
        VO: vo,
        Site: site,
        Priority: priority ?? ticket.fields["priority"],
        ResponsibleUnit: ticket.fields["ResponsibleUnit"] ?? ticket.fields["groups"],
        Status: status,
        Subject: subject,
        Scope: scope,
        URL: url,
      }),
      ...commonAnnotations(ticket, context),
    },
    startsAt: ticket.createdAt ?? ticket.updatedAt ?? context.seenAt,
    endsAt: null,
    generatorURL: url,
  };
}
