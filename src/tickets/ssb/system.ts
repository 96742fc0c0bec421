import type { TicketingSystem } from "../system.ts";
import { createSsbDownload } from "./fetch.ts";
import { parseSsb, printSsb } from "./parse.ts";
import { isOpenSsb, ssbAlert } from "./to-alert.ts";

/** CERN's service status board. Its answers look back a few hours only, so an outage that is missing may still go on. */
export const SSB: TicketingSystem = {
  name: "ssb",
  title: "SSB",
  formats: ["json"],
  repeats: true,
  missing: "out of view",
  usesKnown: false,
  parse: (bytes, { where }) => parseSsb(bytes, where),
  print: printSsb,
  isOpen: isOpenSsb,
  toAlert: ssbAlert,
  createDownload: createSsbDownload,
};
