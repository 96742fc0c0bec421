import type { Problem, Subject, Suspicion } from "./suspect.ts";

/** A link or endpoint that is slow or fails: opened, updated while it lasts, closed. */
export interface TransferIncident {
  readonly id: string;
  readonly subject: Subject;
  readonly problem: Problem;
  readonly openedAt: Date;
  readonly updatedAt: Date;
  readonly closedAt: Date | null;
  /** Why it was closed; null while it is open. */
  readonly because: string | null;
  /** When what it is made of began. */
  readonly since: Date;
  /** Transfers since then, and how many of them were slow or failed. */
  readonly transfers: number;
  readonly affected: number;
  /** How many times longer than expected the slow ones took, on geometric average; null for failures. */
  readonly ratio: number | null;
  /** Other ends of those affected; at most 50. */
  readonly partners: number;
  /** What failures said, the most frequent first; at most three. */
  readonly reasons: readonly { readonly text: string; readonly count: number }[];
  /** Log-likelihood ratio against it now and at its highest, and where it opened. */
  readonly strength: number;
  readonly peak: number;
  readonly threshold: number;
}

/** The incident as a suspicion stands now. */
export function describe(
  known: Pick<TransferIncident, "id" | "subject" | "problem" | "openedAt" | "threshold"> & { readonly peak: number },
  suspicion: Suspicion,
  closed: { readonly at: number; readonly because: string } | null,
): TransferIncident {
  const reasons = [...suspicion.reasons].sort(([, left], [, right]) => right - left).slice(0, 3);
  return {
    ...known,
    updatedAt: new Date(1000 * Math.max(suspicion.last, closed?.at ?? 0)),
    closedAt: closed === null ? null : new Date(1000 * closed.at),
    because: closed?.because ?? null,
    since: new Date(1000 * suspicion.since),
    transfers: suspicion.transfers,
    affected: suspicion.affected,
    ratio: known.problem === "failing" ? null : Math.exp(suspicion.logRatio / Math.max(1, suspicion.affected)),
    partners: suspicion.partners.size,
    reasons: reasons.map(([text, count]) => ({ text, count })),
    strength: suspicion.up,
    peak: Math.max(known.peak, suspicion.up),
  };
}
