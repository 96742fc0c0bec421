import type { Ticket } from "../../alert/ticket.ts";
import type { TransferIncident } from "../model/incident.ts";
import { linkOf, siteOf } from "../model/transfer.ts";
import type { AnomalousTransfer } from "../model/watch.ts";
import { summaryOf } from "./alerts.ts";
import { type RelatedTicket, relatedTickets } from "./related.ts";

/** How transfers are just now. */
export interface TransfersOverview {
  readonly state: "learning" | "watching";
  /** What a person should know of the state: how much is still missing. */
  readonly note: string | null;
  /** Which model judges, and its version; null while there is none. */
  readonly model: { readonly name: string; readonly version: string } | null;
  /** Transfers judged since the start, and share above the threshold that is aimed at. */
  readonly judged: number;
  readonly rate: number;
  /** Score (−log10 probability) from which a transfer is anomalous just now. */
  readonly threshold: number;
  /** What was wrong with events → how many. */
  readonly cleaned: Readonly<Record<string, number>>;
  readonly open: readonly { readonly incident: TransferIncident; readonly related: readonly RelatedTicket[] }[];
  /** Those that were closed last, the newest first. */
  readonly closed: readonly TransferIncident[];
  /** Single transfers of the last 24 hours, the most anomalous first. */
  readonly top: readonly AnomalousTransfer[];
}

/** What an overview is made of. */
export interface TransfersNow extends Omit<TransfersOverview, "open"> {
  readonly open: readonly TransferIncident[];
}

/** The overview, of one site or storage element when `about` names one. */
export function transfersOverview(
  now: TransfersNow,
  tickets: readonly Ticket[],
  about: string | null = null,
): TransfersOverview {
  const concerns = (incident: TransferIncident) => about === null || isAbout(incident.subject.name.split(" → "), about);
  return {
    ...now,
    open: now.open
      .filter(concerns)
      .map((incident) => ({ incident, related: relatedTickets(incident, tickets) }))
      .sort((left, right) => right.incident.strength - left.incident.strength),
    closed: now.closed.filter(concerns),
    top: now.top.filter(({ transfer }) => about === null || isAbout([transfer.source, transfer.destination], about)),
  };
}

const MOST_LINES = 5;

/** The overview as lines for people, plain text. */
export function overviewLines({ state, note, open, closed, top }: TransfersOverview): readonly string[] {
  const learning = state === "learning" ? [`Still learning: ${note ?? "not enough transfers yet"}`] : [];
  const incidents = open.flatMap(({ incident, related }) => [
    `${summaryOf(incident)} (since ${clockTime(incident.since)})`,
    ...related
      .slice(0, 2)
      .map(({ ticket, reason }) => `   ${ticket.system} ${ticket.id}: ${ticket.subject.slice(0, 80)} (${reason})`),
  ]);
  const over = closed.slice(0, 3).map((incident) => `Over: ${summaryOf(incident)} (${incident.because ?? ""})`);
  const single = top
    .slice(0, MOST_LINES)
    .map(
      (one) =>
        `${linkOf(one.transfer)}: ${seconds(one.transfer.duration ?? 0)} instead of ${seconds(one.expected)}, ended ${clockTime(one.endedAt)}`,
    );
  const none = open.length === 0 && state === "watching" ? ["No link or storage element is slow or failing."] : [];
  const heading = single.length > 0 ? ["Slowest for what they are, last 24 h:"] : [];
  return [...learning, ...none, ...incidents, ...over, ...heading, ...single];
}

function isAbout(names: readonly string[], about: string): boolean {
  const wanted = about.toLowerCase();
  return names.some((name) => name.toLowerCase() === wanted || siteOf(name).toLowerCase() === wanted);
}

function clockTime(at: Date): string {
  return `${at.toISOString().slice(5, 16).replace("T", " ")} UTC`;
}

/** Seconds to minutes and hours, rounded. */
function seconds(value: number): string {
  const whole = Math.round(value);
  if (whole < 120) {
    return `${whole} s`;
  }
  return whole < 7200 ? `${Math.round(whole / 60)} min` : `${(whole / 3600).toFixed(1)} h`;
}
