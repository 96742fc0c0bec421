import { z } from "zod";
import { summaryOf } from "../transfers/alerts/alerts.ts";
import type { TransfersOverview } from "../transfers/alerts/overview.ts";
import type { TransferIncident } from "../transfers/model/incident.ts";

const time = z.iso.datetime();

const incidentView = z.object({
  id: z.string(),
  summary: z.string(),
  role: z.enum(["link", "source", "destination", "server"]),
  entity: z.string(),
  problem: z.enum(["slow", "failing"]),
  since: time,
  openedAt: time,
  updatedAt: time,
  closedAt: time.nullable(),
  because: z.string().nullable().describe("Why it was closed."),
  transfers: z.int(),
  affected: z.int(),
  ratio: z.number().nullable().describe("How many times longer than expected the slow ones took."),
  reasons: z.array(z.object({ text: z.string(), count: z.int() })),
  related: z.array(
    z.object({ system: z.string(), id: z.string(), subject: z.string(), url: z.string(), reason: z.string() }),
  ),
});

export const transfersView = z.object({
  state: z.enum(["learning", "watching"]),
  note: z.string().nullable(),
  model: z.object({ name: z.string(), version: z.string() }).nullable().describe("Which model judges."),
  judged: z.int(),
  rate: z.number().describe("Share of transfers that are called anomalous."),
  threshold: z.number().describe("Score, −log10 of a probability, from which a transfer is anomalous now."),
  cleaned: z.array(z.object({ what: z.string(), count: z.int() })),
  open: z.array(incidentView),
  closed: z.array(incidentView),
  top: z.array(
    z.object({
      source: z.string(),
      destination: z.string(),
      activity: z.string(),
      bytes: z.number(),
      endedAt: time,
      seconds: z.number(),
      expected: z.number(),
      upper: z.number().describe("Upper end of what nine of ten take at most."),
      score: z.number(),
    }),
  ),
});
export type TransfersView = z.output<typeof transfersView>;

const MOST_TOP = 50;

/** How transfers are, as the page and the API show it. */
export function toTransfersView(overview: TransfersOverview): TransfersView {
  const { state, note, model, judged, rate, threshold, cleaned, open, closed, top } = overview;
  return {
    state,
    note,
    model,
    judged,
    rate,
    threshold,
    cleaned: Object.entries(cleaned).map(([what, count]) => ({ what, count })),
    open: open.map(({ incident, related }) => ({
      ...toIncidentView(incident),
      related: related.map(({ ticket: { system, id, subject, url }, reason }) => ({
        system,
        id,
        subject,
        url,
        reason,
      })),
    })),
    closed: closed.map((incident) => ({ ...toIncidentView(incident), related: [] })),
    top: top.slice(0, MOST_TOP).map(({ transfer, endedAt, expected, upper, score }) => ({
      source: transfer.source,
      destination: transfer.destination,
      activity: transfer.activity,
      bytes: transfer.bytes,
      endedAt: endedAt.toISOString(),
      seconds: transfer.duration ?? 0,
      expected,
      upper,
      score,
    })),
  };
}

function toIncidentView(incident: TransferIncident) {
  const { id, subject, problem, since, openedAt, updatedAt, closedAt, because } = incident;
  const { transfers, affected, ratio, reasons } = incident;
  return {
    id,
    summary: summaryOf(incident),
    role: subject.kind,
    entity: subject.name,
    problem,
    since: since.toISOString(),
    openedAt: openedAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    closedAt: closedAt?.toISOString() ?? null,
    because,
    transfers,
    affected,
    ratio,
    reasons: [...reasons],
  };
}
