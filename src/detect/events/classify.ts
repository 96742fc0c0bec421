import type { AnomalyClass, AnomalyKind, Contribution } from "../../alert/anomaly.ts";
import { hourName } from "./local-hour.ts";
import { type MetricProfile, rangeAtHour } from "./profile.ts";

/** A decision with the sentence that says why. */
export interface Verdict<T> {
  readonly value: T;
  readonly evidence: string;
}

const SECURITY =
  /(^|[^0-9])40[13]([^0-9]|$)|auth|denied|forbidden|login|scan|source_?ip|client_?ip|distinct_?client|unique_?client/i;
const AVAILABILITY =
  /(^|_)up$|restart|ready|available|replica|5xx|(^|[^0-9])50[0-9]([^0-9]|$)|success|crash|health|probe/i;
const TRAFFIC = /request|rps|qps|workload|(^|_)ops|hits|traffic|connections|receive|transmit|tweets|bytes_(in|out)/i;
/** Metrics that together make up this share of the score decide the class. */
const DECIDING_SHARE = 0.6;
const BURST = 2;
const COLLAPSE = 0.2;

/**
 * Point: a leading metric is outside all of history. Contextual: it is ordinary anywhere but not at this hour. Collective: each
 * value is ordinary, their shape or joint behaviour is not.
 * @param contributions worst first
 */
export function kindOf(
  contributions: readonly Contribution[],
  profiles: ReadonlyMap<string, MetricProfile>,
  hourOfWeek: number | null,
): Verdict<AnomalyKind> {
  const leading = leadersOf(contributions);
  for (const { metric, seen } of leading) {
    const overall = profiles.get(metric)?.overall ?? null;
    if (seen !== null && overall !== null && (seen < overall.low || seen > overall.high)) {
      const evidence = `${metric} is ${say(seen)}; all of its history is between ${say(overall.low)} and ${say(overall.high)}`;
      return { value: "point", evidence };
    }
  }
  for (const { metric, seen } of hourOfWeek === null ? [] : leading) {
    const profile = profiles.get(metric);
    const range = profile === undefined ? null : rangeAtHour(profile, hourOfWeek as number);
    if (seen !== null && range !== null && (seen < range.low || seen > range.high)) {
      const hour = hourName(hourOfWeek as number);
      const evidence = `${metric} is ${say(seen)}, ordinary at other times, but around ${hour} it is between ${say(range.low)} and ${say(range.high)}`;
      return { value: "contextual", evidence };
    }
  }
  return { value: "collective", evidence: collectiveEvidence(leading) };
}

/** What the event looks like to an operator, by the names and directions of the metrics that lead it. */
export function classOf(contributions: readonly Contribution[]): Verdict<AnomalyClass> {
  const leading = leadersOf(contributions);
  for (const { metric, seen, expected } of leading) {
    const change = changeOf(seen, expected);
    if (SECURITY.test(metric) && change > 1) {
      return { value: "security", evidence: `${metric} rose, which counts refused or unusual access` };
    }
    if (AVAILABILITY.test(metric)) {
      return { value: "availability", evidence: `${metric} moved, which says whether the service answers` };
    }
    if (TRAFFIC.test(metric) && change <= COLLAPSE) {
      return { value: "availability", evidence: `${metric} fell to ${Math.round(change * 100)} % of what is expected` };
    }
  }
  const first = leading[0];
  if (first !== undefined && TRAFFIC.test(first.metric) && changeOf(first.seen, first.expected) >= BURST) {
    return { value: "security", evidence: `${first.metric} leads and is an unusual rate of requests` };
  }
  const names = leading.map(({ metric }) => metric).join(", ");
  return { value: "performance", evidence: `led by ${names || "no single metric"}: load, latency or saturation` };
}

/** The fewest metrics, worst first, that make up most of the score. */
function leadersOf(contributions: readonly Contribution[]): readonly Contribution[] {
  let share = 0;
  const leading: Contribution[] = [];
  for (const contribution of contributions) {
    if (share >= DECIDING_SHARE || contribution.share <= 0) {
      break;
    }
    leading.push(contribution);
    share += contribution.share;
  }
  return leading;
}

function collectiveEvidence(leading: readonly Contribution[]): string {
  const parts = leading
    .slice(0, 3)
    .map(({ metric, seen, expected }) =>
      seen === null || expected === null ? metric : `${metric} ${say(seen)} where ${say(expected)} would fit`,
    );
  return `each metric is within its usual range, their course or their joint behaviour is not: ${parts.join(", ")}`;
}

/** Seen over expected; 1 where either is not known. */
function changeOf(seen: number | null, expected: number | null): number {
  if (seen === null || expected === null) {
    return 1;
  }
  const base = Math.max(expected, 0);
  return base === 0 ? (seen > 0 ? Number.POSITIVE_INFINITY : 1) : Math.max(seen, 0) / base;
}

/** A number for people: four significant digits. */
export function say(value: number): string {
  const magnitude = Math.abs(value);
  return magnitude !== 0 && (magnitude >= 1e6 || magnitude < 1e-3)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(4)));
}
