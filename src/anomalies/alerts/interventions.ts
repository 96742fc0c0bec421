import type { Ticket } from "../../alert/ticket.ts";
import type { Catalogue } from "../../config/catalogue.ts";
import { outageFacts } from "../../intelligence/grouping/outage.ts";
import type { Intervention } from "../life/lowering.ts";

const EARLY = 5 * 60_000;
const OVERTIME = 15 * 60_000;

/**
 * The announced outages and interventions among the tickets that are known, each with the services it names. One that names none
 * counts for all only where it is about the network or the databases they share.
 */
export function interventionsOf(tickets: readonly Ticket[], catalogue: Catalogue): readonly Intervention[] {
  return tickets.flatMap((ticket) => {
    if (ticket.system !== "ssb" || ticket.startsAt === null) {
      return [];
    }
    const t = ticket.startsAt.getTime() / 1000;
    const facts = outageFacts(
      {
        t,
        labels: { feName: ticket.fields["feName"] ?? "", seName: ticket.fields["seName"] ?? "" },
        annotations: { shortDescription: ticket.subject, description: ticket.description },
        startsAt: t,
        ...(ticket.endsAt === null ? {} : { endsAt: ticket.endsAt.getTime() / 1000 }),
      },
      catalogue,
    );
    const isShared = facts.services.length === 0 && facts.nodes.length === 0 && facts.system !== "other";
    if (facts.services.length === 0 && !isShared) {
      return [];
    }
    return [
      {
        name: ticket.id,
        from: new Date(facts.startsAt * 1000 - EARLY),
        to: new Date(facts.endsAt * 1000 + OVERTIME),
        services: isShared ? null : facts.services,
      },
    ];
  });
}
