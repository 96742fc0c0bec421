import type { Alert } from "../../alert/alert.ts";
import type { Anomaly } from "../../alert/anomaly.ts";
import { formatDuration } from "../../alert/duration.ts";
import { SERVER_ALERT, TRANSFER_ALERT_NAMES, TRANSFER_SERVICE } from "../../alert/names.ts";
import type { TransferIncident } from "../model/incident.ts";
import { sitesOf } from "../model/suspect.ts";
import type { RelatedTicket } from "./related.ts";

const DETECTOR = "transfers";
const SEVERITIES = {
  slow: { link: "warning", storage: "medium" },
  failing: { link: "medium", storage: "high" },
} as const;

/**
 * The alert of an incident: one for a link, storage element or server, however many transfers it hits. Labels depend on what it
 * is about only, so they stay while it lives; figures and related tickets are in the annotations.
 * @param baseUrl address of the dashboard, without a slash at its end; null leaves links out
 */
export function incidentToAlert(
  incident: TransferIncident,
  related: readonly RelatedTicket[],
  baseUrl: string | null,
): Alert {
  const { subject, problem } = incident;
  const scope = subject.kind === "link" ? "link" : "storage";
  const sites = sitesOf(subject);
  const [source, destination] = subject.name.split(" → ");
  return {
    labels: {
      alertname: subject.kind === "server" ? SERVER_ALERT : TRANSFER_ALERT_NAMES[problem][scope],
      service: TRANSFER_SERVICE,
      severity: SEVERITIES[problem][scope],
      entity: subject.name,
      role: subject.kind,
      class: problem === "slow" ? "performance" : "availability",
      kind: "collective",
      detector: DETECTOR,
      tag: "transfers",
      ...(subject.kind === "link" ? { source: source ?? "", destination: destination ?? "" } : {}),
      ...(sites.length === 1 ? { site: sites[0] as string } : {}),
    },
    annotations: {
      anomaly: incident.id,
      summary: summaryOf(incident),
      description: descriptionOf(incident),
      sites: sites.join(", "),
      ...(related.length === 0 ? {} : { related: related.map(relatedText).join("; ") }),
      ...(related[0] === undefined ? {} : { ticket: related[0].ticket.url }),
      ...(baseUrl === null ? {} : { URL: `${baseUrl}/transfers` }),
    },
    startsAt: incident.openedAt,
    endsAt: incident.closedAt,
    ...(baseUrl === null ? {} : { generatorURL: `${baseUrl}/transfers` }),
  };
}

/** The incident among other anomalies, for the record. */
export function incidentToAnomaly(incident: TransferIncident, modelVersion: string): Anomaly {
  const { id, subject, problem, openedAt, updatedAt, closedAt, strength, peak, threshold } = incident;
  return {
    id,
    entity: subject.name,
    service: TRANSFER_SERVICE,
    detector: DETECTOR,
    modelVersion,
    kind: "collective",
    class: problem === "slow" ? "performance" : "availability",
    openedAt,
    updatedAt,
    closedAt,
    peakAt: updatedAt,
    score: strength / Math.LN10,
    peakScore: peak / Math.LN10,
    threshold: threshold / Math.LN10,
    contributions: [],
    evidence: [summaryOf(incident), descriptionOf(incident)],
  };
}

/** One line for people. */
export function summaryOf({ subject, problem, ratio, affected, transfers }: TransferIncident): string {
  const what = {
    link: `Transfers ${subject.name}`,
    source: `Transfers from ${subject.name}`,
    destination: `Transfers to ${subject.name}`,
    server: `Transfers by ${subject.name}`,
  }[subject.kind];
  return problem === "slow"
    ? `${what} take ${times(ratio ?? 1)} times as long as usual`
    : `${what} fail: ${affected} of ${transfers}`;
}

function descriptionOf(incident: TransferIncident): string {
  const { problem, affected, transfers, partners, since, reasons, subject, closedAt, because, openedAt } = incident;
  const lasted = closedAt === null ? null : formatDuration(Math.max(60_000, closedAt.getTime() - openedAt.getTime()));
  const sentences = [
    `${affected} of ${transfers} transfers since ${since.toISOString().slice(0, 16).replace("T", " ")} UTC ${problem === "slow" ? "were among the slowest tenth of what is usual, or slower" : "failed"}`,
    ...(subject.kind === "link"
      ? []
      : [
          `they concern ${partners === 50 ? "50 or more" : partners} ${subject.kind === "server" ? "links" : "other ends"}`,
        ]),
    ...reasons.map(({ text, count }) => `${count} × “${text}”`),
    ...(lasted === null ? [] : [`over after ${lasted}: ${because}`]),
  ];
  return `${sentences.map(capital).join(". ")}.`;
}

function relatedText({ ticket, reason }: RelatedTicket): string {
  const name = ticket.system === "ssb" ? ticket.id : `${ticket.system} ${ticket.id}`;
  return `${name} “${ticket.subject.slice(0, 100)}” (${reason})`;
}

function times(ratio: number): string {
  return ratio < 10 ? ratio.toFixed(1) : String(Math.round(ratio));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
