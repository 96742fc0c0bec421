import type { PageMessage } from "../pages.ts";

const LONGEST_SUBJECT = 200;
const LONGEST_SUMMARY = 1000;
const MOST_ALERTS = 20;

/** Severities of ours as PagerDuty and others know them. */
const PLAIN_SEVERITIES: ReadonlyMap<string, string> = new Map([
  ["critical", "critical"],
  ["high", "error"],
  ["medium", "warning"],
  ["low", "info"],
]);

/** What a template may name, by name; each one line except `text`. */
export type PageFields = ReadonlyMap<string, string>;

/** The fields of a page. @param note what the person should know besides · @param webUrl the dashboard, null without one */
export function fieldsOf(page: PageMessage, note: string | null, webUrl: string | null, at: Date): PageFields {
  const { group, person } = page;
  const summary = `${group.severity.toUpperCase()} ${group.service === null ? "" : `${group.service}: `}${group.title}`;
  const url = webUrl === null ? "" : `${webUrl.replace(/\/$/, "")}/#group=${encodeURIComponent(group.id)}`;
  return new Map([
    ["summary", oneLine(summary, LONGEST_SUMMARY)],
    ["subject", oneLine(summary, LONGEST_SUBJECT)],
    ["text", textOf(page, note, url)],
    ["title", oneLine(group.title, LONGEST_SUMMARY)],
    ["service", group.service ?? "cmsweb"],
    ["severity", group.severity],
    ["plainSeverity", PLAIN_SEVERITIES.get(group.severity) ?? "warning"],
    ["group", group.id],
    ["incident", `${group.id}:${group.startsAt.getTime()}`.slice(-255)],
    ["key", page.key],
    ["reason", oneLine(page.reason, LONGEST_SUMMARY)],
    ["note", note ?? ""],
    ["person", person.name],
    ["email", person.email ?? ""],
    ["roster", page.roster ?? ""],
    ["since", group.startsAt.toISOString()],
    ["at", at.toISOString()],
    ["url", url],
  ]);
}

/** A page as a text of some lines. */
function textOf({ group, reason, person }: PageMessage, note: string | null, url: string): string {
  const alerts = group.alerts.slice(0, MOST_ALERTS).map(({ labels }) => `- ${labels["alertname"] ?? "alert"}`);
  const more = group.alerts.length - alerts.length;
  return [
    `${person.name}, you are paged: ${reason}`,
    ...(note === null ? [] : ["", note]),
    "",
    oneLine(group.title, LONGEST_SUMMARY),
    `severity: ${group.severity}; service: ${group.service ?? "none"}; since ${group.startsAt.toISOString()}`,
    ...(group.owners.length === 0 ? [] : [`owners: ${group.owners.join(", ")}`]),
    ...(alerts.length === 0 ? [] : ["", ...new Set(alerts), ...(more > 0 ? [`and ${more} more`] : [])]),
    ...(group.runbook === null ? [] : ["", `runbook: ${group.runbook}`]),
    "",
    `Acknowledge it in Slack with \`/anomaly ack ${group.id}\`${url === "" ? "" : `, or at ${url}`}`,
  ].join("\n");
}

function oneLine(text: string, longest: number): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, longest);
}
