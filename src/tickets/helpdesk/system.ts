import { ggusAlert, isOpenGgus } from "../ggus/to-alert.ts";
import type { TicketingSystem } from "../system.ts";
import { createHelpdeskDownload } from "./fetch.ts";
import { parseHelpdesk, printHelpdesk } from "./parse.ts";

/** The WLCG helpdesk (Zammad), GGUS's successor. */
export const HELPDESK: TicketingSystem = {
  name: "helpdesk",
  title: "WLCG helpdesk",
  formats: ["json"],
  repeats: false,
  missing: "resolved",
  usesKnown: true,
  parse: (bytes, { where }) => parseHelpdesk(bytes, where),
  print: printHelpdesk,
  isOpen: isOpenGgus,
  toAlert: ggusAlert,
  createDownload: createHelpdeskDownload,
};
