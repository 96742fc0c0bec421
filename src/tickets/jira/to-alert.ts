import type { Alert } from "../../alert/alert.ts";
import type { Ticket } from "../../alert/ticket.ts";
import { commonAnnotations, toAnnotations, toLabels } from "../alert-parts.ts";
import type { AlertContext } from "../system.ts";

/** True for an issue that is not done. */
export function isOpenJira(ticket: Ticket): boolean {
  const category = ticket.fields["statusCategory"];
  return category === undefined ? !/^(closed|done|resolved)$/i.test(ticket.status) : category !== "done";
}

/** The alert of a Jira issue. */
export function jiraAlert(ticket: Ticket, context: AlertContext): Alert {
  const { priority, type, url, id, subject, status, fields } = ticket;
  return {
    labels: toLabels({
      alertname: `jira-${id}`,
      severity: "ticket",
      service: "JIRA",
      tag: "monitoring",
      Priority: priority,
      Project: fields["project"],
      Type: type,
    }),
    annotations: {
      ...toAnnotations({
        TicketID: id,
        Type: type,
        Priority: priority,
        Status: status,
        Subject: subject,
        Components: fields["components"],
        URL: url,
      }),
      ...commonAnnotations(ticket, context),
    },
    startsAt: ticket.createdAt ?? ticket.updatedAt ?? context.seenAt,
    endsAt: null,
    generatorURL: url,
  };
}
