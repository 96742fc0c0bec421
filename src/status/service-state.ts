import type { Anomaly } from "../alert/anomaly.ts";
import type { AlertGroup } from "../alert/group.ts";
import { type SeverityRanking, severityRank } from "../alert/severity.ts";
import type { EntityView } from "./current-state.ts";
import type { ServiceState } from "./status-types.ts";

/** What a service's state is decided from. */
export interface ServiceFacts {
  readonly groups: readonly AlertGroup[];
  readonly anomalies: readonly Anomaly[];
  readonly entities: readonly EntityView[];
  /** Severities from this rank up make a service `failing`. */
  readonly failingFrom: number;
  readonly severities: SeverityRanking;
}

/** A service in one word, the sentence that explains it, and since when it holds. */
export interface Judgement {
  readonly state: ServiceState;
  readonly headline: string;
  readonly since: Date | null;
}

/** Order of states, worst first. */
export const STATE_ORDER: readonly ServiceState[] = ["failing", "degraded", "unknown", "silenced", "learning", "ok"];

/** Decides a service's state. Alerts outrank anomalies, firing outranks silenced, and no metrics is never "ok". */
export function judgeService(title: string, facts: ServiceFacts): Judgement {
  const open = facts.groups.filter(({ state }) => state !== "resolved");
  const loud = open.filter(({ state }) => state !== "silenced").sort(bySeverity(facts.severities));
  const worst = loud[0];
  if (worst !== undefined) {
    const failing = severityRank(worst.severity, facts.severities) >= facts.failingFrom;
    const more = loud.length > 1 ? `, and ${loud.length - 1} more` : "";
    const seen = worst.state === "acknowledged" ? " (acknowledged)" : "";
    return {
      state: failing ? "failing" : "degraded",
      headline: `${worst.title}${seen}${more}`,
      since: earliest(loud.map(({ startsAt }) => startsAt)),
    };
  }
  const anomaly = [...facts.anomalies].sort((left, right) => right.peakScore - left.peakScore)[0];
  if (anomaly !== undefined && open.length === 0) {
    const metric = anomaly.contributions[0]?.metric ?? "a metric";
    return { state: "degraded", headline: `${title}: ${metric} is unusual`, since: anomaly.openedAt };
  }
  if (open.length > 0) {
    return {
      state: "silenced",
      headline: `${open[0]?.title ?? title} (silenced)`,
      since: earliest(open.map(({ startsAt }) => startsAt)),
    };
  }
  return withoutTrouble(title, facts.entities);
}

function withoutTrouble(title: string, entities: readonly EntityView[]): Judgement {
  const missing = entities.filter(({ state }) => state === "missing");
  if (entities.length > 0 && missing.length === entities.length) {
    return {
      state: "unknown",
      headline: `${title}: no metrics (${missing[0]?.note ?? "nothing comes"})`,
      since: missing[0]?.at ?? null,
    };
  }
  const learning = entities.find(({ state }) => state === "learning");
  if (learning !== undefined) {
    return { state: "learning", headline: `${title}: ${learning.note ?? "learning what is normal"}`, since: null };
  }
  return entities.length === 0
    ? { state: "unknown", headline: `${title}: no metrics are watched`, since: null }
    : { state: "ok", headline: `${title}: nothing unusual`, since: null };
}

/** Sorts groups by severity, worst first, then by start, oldest first. */
export function bySeverity(ranking: SeverityRanking): (left: AlertGroup, right: AlertGroup) => number {
  return (left, right) =>
    severityRank(right.severity, ranking) - severityRank(left.severity, ranking) ||
    left.startsAt.getTime() - right.startsAt.getTime();
}

function earliest(dates: readonly Date[]): Date | null {
  return dates.length === 0 ? null : new Date(Math.min(...dates.map((date) => date.getTime())));
}
