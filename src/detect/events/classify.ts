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
/** Whether the service answers: bad when these fall. */
const ANSWERS = /(^|_)up$|ready|available|replica|success|health|probe/i;
/** And bad when these rise. */
const BREAKS = /restart|5xx|(^|[^0-9])50[0-9]([^0-9]|$)|crash|unavailable|not_?ready/i;
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

/**
 * What the event looks like to an operator, by the names and directions of the metrics that lead it. A metric that is where it
 * usually is decides nothing.
 * @param profiles what is usual of each metric · @param hourOfWeek of the values; null where days are not told apart
 */
export function classOf(
  contributions: readonly Contribution[],
  profiles: ReadonlyMap<string, MetricProfile>,
  hourOfWeek: number | null,
): Verdict<AnomalyClass> {
  const leading = leadersOf(contributions);
  for (const one of leading) {
    const { metric, seen, expected } = one;
    const way = wayOf(one, profiles.get(metric), hourOfWeek);
    if (SECURITY.test(metric) && way === "up") {
      return { value: "security", evidence: `${metric} rose, which counts refused or unusual access` };
    }
    if (BREAKS.test(metric) && way === "up") {
      return { value: "availability", evidence: `${metric} rose, which says that the service breaks` };
    }
    if (ANSWERS.test(metric) && !BREAKS.test(metric) && way === "down") {
      return { value: "availability", evidence: `${metric} fell, which says whether the service answers` };
    }
    const change = changeOf(seen, expected);
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

/** Where nothing is known of a metric's range, this change against what is expected counts as a move. */
const MOVED = 1.5;

/** Which way a metric has left what is usual of it; null where it has not. */
function wayOf(
  { seen, expected }: Contribution,
  profile: MetricProfile | undefined,
  hourOfWeek: number | null,
): "up" | "down" | null {
  if (seen === null) {
    return null;
  }
  const atHour = profile === undefined || hourOfWeek === null ? null : rangeAtHour(profile, hourOfWeek);
  const range = atHour ?? profile?.overall ?? null;
  if (range !== null) {
    return seen > range.high ? "up" : seen < range.low ? "down" : null;
  }
  const change = changeOf(seen, expected);
  return change >= MOVED ? "up" : change <= 1 / MOVED ? "down" : null;
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
