import type { Alert } from "../../alert/alert.ts";
import type { Ticket } from "../../alert/ticket.ts";
import { commonAnnotations, toAnnotations, toLabels } from "../alert-parts.ts";
import type { AlertContext } from "../system.ts";

/** True for an outage that is announced or goes on: not closed, its end not passed. */
export function isOpenSsb(ticket: Ticket, now: Date): boolean {
  return !/^(closed|resolved|cancell?ed)$/i.test(ticket.status) && (ticket.endsAt === null || ticket.endsAt > now);
}

/** The alert of an outage; one that is announced starts in the future. */
export function ssbAlert(ticket: Ticket, context: AlertContext): Alert {
  const { fields, id, url } = ticket;
  const { Description: _same, ...common } = commonAnnotations(ticket, context);
  const shared = {
    type: fields["type"],
    description: fields["description"],
    feName: fields["feName"],
    seName: fields["seName"],
  };
  return {
    labels: toLabels({
      alertname: `ssb-${id}`,
      severity: "notification",
      service: "SSB",
      tag: "monitoring",
      ...shared,
    }),
    annotations: {
      ...toAnnotations({
        date: fields["date"],
        ...shared,
        monitState: fields["monitState"],
        monitState1: fields["monitState1"],
        shortDescription: fields["shortDescription"],
        ssbNumber: id,
        sysCreatedBy: fields["sysCreatedBy"],
        sysModCount: fields["sysModCount"],
        sysUpdatedBy: fields["sysUpdatedBy"],
        updateTimestamp: fields["updateTimestamp"],
        URL: url,
      }),
      ...common,
    },
    startsAt: ticket.startsAt ?? context.seenAt,
    endsAt: ticket.endsAt,
    generatorURL: url,
  };
}
