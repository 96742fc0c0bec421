import type { Finished } from "./estimator.ts";
import { siteOf, type Transfer } from "./transfer.ts";

/** What may be at fault: a link, a storage element as source or destination, or the server that carries transfers out. */
export interface Subject {
  readonly kind: "link" | "source" | "destination" | "server";
  /** `A → B`, or the name. */
  readonly name: string;
}

export type Problem = "slow" | "failing";

/** What has come together against one subject. */
export interface Suspicion {
  /** Log-likelihood ratio that it is at fault, since it was last zero (CUSUM: Page 1954). */
  up: number;
  /** That it is not, while it is taken to be. */
  down: number;
  /** Unix seconds of the transfer that it began with, and of the last one. */
  since: number;
  last: number;
  transfers: number;
  affected: number;
  /** Sum of ln(seen / expected) over those affected. */
  logRatio: number;
  /** Other ends of those affected, and what failures said → how often; both bounded. */
  readonly partners: Set<string>;
  readonly reasons: Map<string, number>;
  /** Transfers that do not teach until it is known whether they are ordinary. */
  held: Finished[];
}

/** ln p beyond which one transfer tells no more: a single monstrous one opens nothing. */
const MOST_SURPRISE = 7;
/** Mean of −ln p where something is slow; 1 in ordinary times. */
const SLOW_MEAN = 3;
const FAILING_SHARE = 0.5;
const MOST_EVIDENCE = 2;
/** What still counts as not well, of the two. */
const RECOVERING_MEAN = 2;
const RECOVERING_SHARE = 0.2;
const MOST_PARTNERS = 50;
const MOST_REASONS = 20;
const REASON_LENGTH = 160;

/** Evidence of one duration for slowness: its log-likelihood ratio. @param p probability of lasting at least so long */
export function slowEvidence(p: number): number {
  const surprise = Math.min(MOST_SURPRISE, -Math.log(Math.max(p, 1e-9)));
  return (1 - 1 / SLOW_MEAN) * surprise - Math.log(SLOW_MEAN);
}

/** Evidence of one outcome for failing. @param usual share that fails in ordinary times */
export function failureEvidence(failed: boolean, usual: number): number {
  const ordinary = Math.min(0.3, Math.max(0.01, usual));
  return failed
    ? Math.min(MOST_EVIDENCE, Math.log(FAILING_SHARE / ordinary))
    : Math.log((1 - FAILING_SHARE) / (1 - ordinary));
}

/**
 * Evidence of one duration that things are as usual again: against half as bad as slow, so that what is only somewhat
 * better does not count as well.
 */
export function usualDurationEvidence(p: number): number {
  const surprise = Math.min(MOST_SURPRISE, -Math.log(Math.max(p, 1e-9)));
  return Math.log(RECOVERING_MEAN) - (1 - 1 / RECOVERING_MEAN) * surprise;
}

/** The same of one outcome. @param usual share that fails in ordinary times */
export function usualOutcomeEvidence(failed: boolean, usual: number): number {
  const ordinary = Math.min(0.1, Math.max(0.01, usual));
  return failed ? Math.log(ordinary / RECOVERING_SHARE) : Math.log((1 - ordinary) / (1 - RECOVERING_SHARE));
}

export function newSuspicion(at: number): Suspicion {
  return {
    up: 0,
    down: 0,
    since: at,
    last: at,
    transfers: 0,
    affected: 0,
    logRatio: 0,
    partners: new Set(),
    reasons: new Map(),
    held: [],
  };
}

/** Adds one transfer's evidence. @param ratio seen / expected of a slow one; null for others */
export function weigh(suspicion: Suspicion, evidence: number, at: number, partner: string, ratio: number | null): void {
  if (suspicion.up === 0) {
    suspicion.since = at;
  }
  suspicion.up = Math.max(0, suspicion.up + evidence);
  suspicion.last = Math.max(suspicion.last, at);
  suspicion.transfers++;
  if (evidence > 0) {
    suspicion.affected++;
    suspicion.logRatio += ratio === null ? 0 : Math.log(Math.max(ratio, 1e-3));
    if (suspicion.partners.size < MOST_PARTNERS) {
      suspicion.partners.add(partner);
    }
  }
}

/** Notes what a failure said: numbers and names of files left out, so that the same failure counts as one. */
export function noteReason({ reasons }: Suspicion, reason: string): void {
  const text = reason
    .replace(/(?:\w+:)?\/\/?[^\s,;)]+/g, "…")
    .replace(/\d+/g, "#")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, REASON_LENGTH);
  if (text !== "" && (reasons.has(text) || reasons.size < MOST_REASONS)) {
    reasons.set(text, (reasons.get(text) ?? 0) + 1);
  }
}

/** Site or sites that a subject is at; none for a server. */
export function sitesOf({ kind, name }: Subject): readonly string[] {
  if (kind === "server") {
    return [];
  }
  return [...new Set(name.split(" → ").map(siteOf))];
}

/** The other end of a transfer as a subject sees it. */
export function partnerOf(kind: Subject["kind"], transfer: Transfer): string {
  switch (kind) {
    case "source":
      return transfer.destination;
    case "destination":
      return transfer.source;
    default:
      return `${transfer.source} → ${transfer.destination}`;
  }
}
