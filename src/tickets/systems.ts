import type { TicketSystem } from "../alert/ticket.ts";
import { UserError } from "../alert/user-error.ts";
import { GGUS } from "./ggus/system.ts";
import { HELPDESK } from "./helpdesk/system.ts";
import { JIRA } from "./jira/system.ts";
import { SSB } from "./ssb/system.ts";
import type { TicketingSystem } from "./system.ts";

/** Every ticketing system that cmswatch reads. */
export const SYSTEMS = {
  ggus: GGUS,
  helpdesk: HELPDESK,
  ssb: SSB,
  jira: JIRA,
} as const satisfies Record<TicketSystem, TicketingSystem>;

/** The system of that name. @throws UserError that lists the names. */
export function requireSystem(name: string): TicketingSystem {
  if (!Object.hasOwn(SYSTEMS, name)) {
    throw new UserError(`there is no system "${name}"`, "tickets", `use one of ${Object.keys(SYSTEMS).join(", ")}`);
  }
  return SYSTEMS[name as TicketSystem];
}
