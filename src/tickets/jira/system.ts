import type { TicketingSystem } from "../system.ts";
import { createJiraDownload } from "./fetch.ts";
import { parseJira, printJira } from "./parse.ts";
import { isOpenJira, jiraAlert } from "./to-alert.ts";

/** Jira, in which CMS keeps the work on its Kubernetes clusters (project CMSKUBERNETES). */
export const JIRA: TicketingSystem = {
  name: "jira",
  title: "Jira",
  formats: ["json"],
  repeats: false,
  missing: "resolved",
  usesKnown: false,
  parse: (bytes, { where, base }) => parseJira(bytes, where, base ?? "https://its.cern.ch/jira"),
  print: printJira,
  isOpen: isOpenJira,
  toAlert: jiraAlert,
  createDownload: createJiraDownload,
};
