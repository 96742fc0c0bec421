import type { Ticket } from "../../../src/alert/ticket.ts";
import type { TransferIncident } from "../../../src/transfers/model/incident.ts";

export const AT = new Date("2026-03-01T12:00:00Z");

export function incident(given: Partial<TransferIncident> = {}): TransferIncident {
  return {
    id: "transfers:slow:link:T1_DE_KIT_Disk → T2_CH_CERN:2026-03-01T11:00:00.000Z",
    subject: { kind: "link", name: "T1_DE_KIT_Disk → T2_CH_CERN" },
    problem: "slow",
    openedAt: new Date("2026-03-01T11:00:00Z"),
    updatedAt: new Date("2026-03-01T11:55:00Z"),
    closedAt: null,
    because: null,
    since: new Date("2026-03-01T10:50:00Z"),
    transfers: 40,
    affected: 31,
    ratio: 5.23,
    partners: 1,
    reasons: [],
    strength: 30,
    peak: 31,
    threshold: 14,
    ...given,
  };
}

export function ticket(given: Partial<Ticket> = {}): Ticket {
  return {
    system: "ggus",
    id: "123456",
    subject: "Files cannot be read",
    description: "",
    status: "in progress",
    priority: "urgent",
    type: "USER",
    vo: "cms",
    site: "FZK-LCG2",
    cmsSite: "T1_DE_KIT",
    createdAt: AT,
    updatedAt: AT,
    startsAt: null,
    endsAt: null,
    url: "https://tickets.example/123456",
    fields: {},
    ...given,
  };
}
