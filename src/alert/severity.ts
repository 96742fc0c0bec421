import { own } from "./own.ts";

/** Severity name → rank; a higher rank is worse. Names are those of the configuration, not fixed. */
export type SeverityRanking = Readonly<Record<string, number>>;

/**
 * CMS's levels (the intelligence configuration of 2020), with the two that tickets carry placed where
 * an operator would look for them: an unranked notification is information, a ticket is work for somebody.
 */
export const DEFAULT_SEVERITIES = {
  notification: 0,
  info: 0,
  warning: 1,
  ticket: 1,
  medium: 2,
  high: 3,
  critical: 4,
  urgent: 5,
} as const satisfies SeverityRanking;

/** Rank of a severity, or -1 for one that the ranking does not know (missing, misspelt). */
export function severityRank(severity: string | undefined, ranking: SeverityRanking): number {
  return (severity !== undefined && Object.hasOwn(ranking, severity) ? own(ranking, severity) : undefined) ?? -1;
}

/** Compares two severities for sorting, worst first; unknown ones come last. */
export function compareSeverity(left: string | undefined, right: string | undefined, ranking: SeverityRanking): number {
  return severityRank(right, ranking) - severityRank(left, ranking);
}
