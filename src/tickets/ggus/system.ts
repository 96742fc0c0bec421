import type { TicketingSystem } from "../system.ts";
import { parseGgusCsv } from "./csv.ts";
import { createGgusDownload } from "./fetch.ts";
import { printGgus } from "./print.ts";
import { ggusAlert, isOpenGgus } from "./to-alert.ts";
import { parseGgusXml } from "./xml.ts";

/** GGUS, the portal that was WLCG's helpdesk until 2025. */
export const GGUS: TicketingSystem = {
  name: "ggus",
  title: "GGUS",
  formats: ["csv", "xml"],
  repeats: false,
  missing: "resolved",
  usesKnown: false,
  parse: (bytes, { format, where }) => (format === "xml" ? parseGgusXml(bytes, where) : parseGgusCsv(bytes, where)),
  print: printGgus,
  isOpen: isOpenGgus,
  toAlert: ggusAlert,
  createDownload: createGgusDownload,
};
