import { own } from "../../alert/own.ts";
import type { Ticket } from "../../alert/ticket.ts";

/** A GGUS ticket as `tickets parse ggus` prints it: times as text of unix seconds, null for what is not given. */
export function printGgus(ticket: Ticket): Readonly<Record<string, unknown>> {
  const text = (field: string) => own(ticket.fields, field) ?? null;
  const comments = text("Comments");
  return {
    TicketID: Number(ticket.id),
    Type: ticket.type,
    VO: ticket.vo,
    Site: ticket.site,
    Priority: ticket.priority,
    ResponsibleUnit: text("ResponsibleUnit"),
    Status: ticket.status === "" ? null : ticket.status,
    LastUpdate: ticket.updatedAt === null ? null : String(ticket.updatedAt.getTime() / 1000),
    Subject: ticket.subject === "" ? null : ticket.subject,
    Scope: text("Scope"),
    ...(ticket.description === "" ? {} : { Description: ticket.description }),
    ...(comments === null ? {} : { Comments: JSON.parse(comments) as unknown }),
  };
}
