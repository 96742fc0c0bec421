import type { Labels } from "../../alert/alert.ts";
import type { AlertChange } from "../../store/store.ts";
import { median } from "./median.ts";

/** What one rule of one service did in the time. */
export interface NoiseRow {
  readonly alertname: string;
  readonly service: string;
  /** Times it began to fire. */
  readonly fired: number;
  readonly acknowledged: number;
  readonly silenced: number;
  /** Firings that ended before anybody acknowledged or silenced them. */
  readonly resolvedAlone: number;
  /** Label sets that fired three times or more. */
  readonly flapping: number;
  /** Firings that nobody acknowledged or silenced. */
  readonly untouched: number;
  /** Median time from firing to resolved, milliseconds; null when none resolved. */
  readonly medianLength: number | null;
  /** Median time from firing to acknowledged, milliseconds; null when nobody acknowledged any. */
  readonly timeToAcknowledge: number | null;
  /** The change in configuration that would help, or null. */
  readonly advice: string | null;
}

/** How many alerts came in, and how few groups people saw. */
export interface NoiseReport {
  readonly since: Date;
  readonly until: Date;
  readonly alerts: number;
  readonly groups: number;
  readonly rows: readonly NoiseRow[];
  /** Of all firings that were acknowledged: median time to it, milliseconds; null when none was. */
  readonly timeToAcknowledge: number | null;
  /** True when the history holds more than was read. */
  readonly isCut: boolean;
}

const FLAPPING = 3;
const SHORT = 10 * 60_000;
const OFTEN = 5;

interface Firing {
  readonly fingerprint: string;
  readonly at: number;
  endedAt: number | null;
  acknowledgedAt: number | null;
  silenced: boolean;
}

/** Counts per rule and service, noisiest first. @param changes any order */
export function noiseReport(changes: readonly AlertChange[], since: Date, until: Date, isCut = false): NoiseReport {
  const ordered = changes
    .filter((change) => change.at >= since && change.at <= until)
    .toSorted((left, right) => left.at.getTime() - right.at.getTime());
  const byRule = new Map<string, { labels: Labels; firings: Firing[] }>();
  const open = new Map<string, Firing>();
  for (const change of ordered) {
    follow(change, byRule, open);
  }
  const rows = [...byRule.values()].map(({ labels, firings }) => rowOf(labels, firings));
  const fired = ordered.filter((change) => change.state === "firing");
  return {
    since,
    until,
    alerts: fired.length,
    groups: new Set(fired.map((change) => change.groupId ?? change.fingerprint)).size,
    timeToAcknowledge: median([...byRule.values()].flatMap(({ firings }) => toAcknowledge(firings))),
    rows: rows.toSorted((left, right) => right.untouched - left.untouched || right.fired - left.fired),
    isCut,
  };
}

function follow(
  change: AlertChange,
  byRule: Map<string, { labels: Labels; firings: Firing[] }>,
  open: Map<string, Firing>,
): void {
  const current = open.get(change.fingerprint);
  if (change.state === "firing") {
    const key = ruleOf(change.labels);
    const rule = byRule.get(key) ?? { labels: change.labels, firings: [] };
    const firing: Firing = {
      fingerprint: change.fingerprint,
      at: change.at.getTime(),
      endedAt: null,
      acknowledgedAt: null,
      silenced: false,
    };
    rule.firings.push(firing);
    byRule.set(key, rule);
    open.set(change.fingerprint, firing);
  } else if (current !== undefined && change.state === "resolved") {
    current.endedAt = change.at.getTime();
    open.delete(change.fingerprint);
  } else if (current !== undefined && change.state === "acknowledged") {
    current.acknowledgedAt ??= change.at.getTime();
  } else if (current !== undefined && change.state === "silenced") {
    current.silenced = true;
  }
}

/** Tickets are one rule each: their numbers are not names. */
function ruleOf(labels: Labels): string {
  return `${nameOf(labels)}\u0001${labels["service"] ?? ""}`;
}

function nameOf(labels: Labels): string {
  return (labels["alertname"] ?? "").replace(/^(ggus|helpdesk|ssb|jira)-.*$/, "$1-…");
}

function rowOf(labels: Labels, firings: readonly Firing[]): NoiseRow {
  const count = (test: (firing: Firing) => boolean) => firings.filter(test).length;
  const times = new Map<string, number>();
  for (const { fingerprint } of firings) {
    times.set(fingerprint, (times.get(fingerprint) ?? 0) + 1);
  }
  const figures = {
    alertname: nameOf(labels),
    service: labels["service"] ?? "",
    fired: firings.length,
    acknowledged: count((firing) => firing.acknowledgedAt !== null),
    silenced: count((firing) => firing.silenced),
    resolvedAlone: count((firing) => firing.endedAt !== null && firing.acknowledgedAt === null && !firing.silenced),
    flapping: [...times.values()].filter((value) => value >= FLAPPING).length,
    untouched: count((firing) => firing.acknowledgedAt === null && !firing.silenced),
    medianLength: median(firings.flatMap(({ at, endedAt }) => (endedAt === null ? [] : [endedAt - at]))),
    timeToAcknowledge: median(toAcknowledge(firings)),
  };
  return { ...figures, advice: adviceFor(figures) };
}

function toAcknowledge(firings: readonly Firing[]): readonly number[] {
  return firings.flatMap(({ at, acknowledgedAt }) => (acknowledgedAt === null ? [] : [acknowledgedAt - at]));
}

function adviceFor(row: Omit<NoiseRow, "advice">): string | null {
  const mostly = (part: number) => row.fired >= OFTEN && part >= 0.8 * row.fired;
  if (row.flapping > 0 && row.medianLength !== null && row.medianLength < SHORT) {
    return `it flaps and is over in ${minutes(row.medianLength)}: lengthen the rule's \`for:\` to ${minutes(2 * row.medianLength)}, or give it a \`keep_firing_for:\``;
  }
  if (mostly(row.silenced)) {
    return "it is nearly always silenced: fix its threshold, or drop the rule";
  }
  if (mostly(row.resolvedAlone) && row.medianLength !== null && row.medianLength < SHORT) {
    return `it fixes itself within ${minutes(row.medianLength)}: lengthen \`for:\`, or lower its severity`;
  }
  return mostly(row.untouched)
    ? "nobody ever does anything about it: lower its severity to info, or route it to the digest"
    : null;
}

function minutes(milliseconds: number): string {
  return `${Math.max(1, Math.round(milliseconds / 60_000))}m`;
}
