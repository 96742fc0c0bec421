import { createColors } from "picocolors";
import { type ActiveAlert, alertName } from "../../alert/alert.ts";
import { compareSeverity, type SeverityRanking, severityRank } from "../../alert/severity.ts";
import { relativeTime, timeBetween } from "../relative-time.ts";
import { type Cell, formatTable, oneLine } from "../table.ts";

export type AlertSort = "severity" | "starts" | "ends" | "duration";

/** Which alerts are shown; each is one exact value of a label. */
export interface AlertChoice {
  readonly service?: string;
  readonly severity?: string;
  readonly tag?: string;
  readonly name?: string;
}

const CHOICE_LABELS = { service: "service", severity: "severity", tag: "tag", name: "alertname" } as const;
const COLUMNS = ["NAME", "SERVICE", "TAG", "SEVERITY", "STARTS", "ENDS", "DURATION"] as const;
/** Ranks from which on a severity is red, and yellow. */
const RED_FROM = 3;
const YELLOW_FROM = 1;

/** True when the alert has every value that was asked for. */
export function isChosen(alert: ActiveAlert, choice: AlertChoice): boolean {
  return (Object.keys(CHOICE_LABELS) as (keyof typeof CHOICE_LABELS)[]).every((key) => {
    const wanted = choice[key];
    return wanted === undefined || alert.labels[CHOICE_LABELS[key]] === wanted;
  });
}

/** Severity worst first, starts and ends earliest first, duration shortest first; what is not known comes last. */
export function sortAlerts(
  alerts: readonly ActiveAlert[],
  sort: AlertSort,
  ranking: SeverityRanking,
): readonly ActiveAlert[] {
  const end = (alert: ActiveAlert) => alert.endsAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
  const start = (alert: ActiveAlert) => alert.startsAt.getTime();
  const orders: Readonly<Record<AlertSort, (left: ActiveAlert, right: ActiveAlert) => number>> = {
    severity: (left, right) => compareSeverity(left.labels["severity"], right.labels["severity"], ranking),
    starts: (left, right) => start(left) - start(right),
    ends: (left, right) => end(left) - end(right),
    duration: (left, right) => end(left) - start(left) - (end(right) - start(right)),
  };
  const byName = (left: ActiveAlert, right: ActiveAlert) => (alertName(left) < alertName(right) ? -1 : 1);
  return alerts.toSorted((left, right) => orders[sort](left, right) || byName(left, right));
}

/** One row for programs; the first seven keys are those of the tool that this one succeeds. */
export function toRow(alert: ActiveAlert, now: Date) {
  return {
    Name: alertName(alert),
    Service: alert.labels["service"] ?? "",
    Tag: alert.labels["tag"] ?? "",
    Severity: alert.labels["severity"] ?? "",
    Starts: relativeTime(alert.startsAt, now),
    Ends: relativeTime(alert.endsAt, now),
    Duration: timeBetween(alert.startsAt, alert.endsAt),
    StartsAt: alert.startsAt.toISOString(),
    EndsAt: alert.endsAt?.toISOString() ?? null,
    State: alert.state,
    Fingerprint: alert.fingerprint,
  };
}

/** The table for people. */
export function alertTable(
  alerts: readonly ActiveAlert[],
  now: Date,
  ranking: SeverityRanking,
  withColour: boolean,
): string {
  const paint = severityPaint(ranking, withColour);
  const { dim } = createColors(withColour);
  const rows = alerts.map((alert): readonly Cell[] => {
    const row = toRow(alert, now);
    const name: Cell = { text: row.Name, ...(alert.state === "suppressed" ? { paint: dim } : {}) };
    const severity: Cell = { text: row.Severity, paint: paint(row.Severity) };
    const [starts, ends, duration] = [{ text: row.Starts }, { text: row.Ends }, { text: row.Duration }];
    return [name, { text: row.Service }, { text: row.Tag }, severity, starts, ends, duration];
  });
  return formatTable(COLUMNS, rows);
}

/** Everything about each alert, for people. */
export function alertDetails(alerts: readonly ActiveAlert[], now: Date, withColour: boolean): string {
  const { bold } = createColors(withColour);
  const blocks = alerts.map((alert) => {
    const { Starts, Ends, Duration } = toRow(alert, now);
    const hidden = alert.silencedBy.length > 0 ? ` by ${alert.silencedBy.join(", ")}` : "";
    const lines = [
      `${bold("NAME")}: ${oneLine(alertName(alert))}`,
      `STATE: ${alert.state}${hidden}`,
      `STARTS: ${Starts} (${alert.startsAt.toISOString()})`,
      `ENDS: ${Ends}${alert.endsAt === null ? "" : ` (${alert.endsAt.toISOString()})`}`,
      `DURATION: ${Duration}`,
      "LABELS",
      ...keysAndValues(alert.labels),
      "ANNOTATIONS",
      ...keysAndValues(alert.annotations),
    ];
    return `${lines.join("\n")}\n`;
  });
  return blocks.join("\n");
}

function keysAndValues(pairs: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(pairs)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `\t${name}: ${oneLine(value)}`);
}

function severityPaint(ranking: SeverityRanking, withColour: boolean): (severity: string) => (text: string) => string {
  const { red, yellow } = createColors(withColour);
  return (severity) => {
    const rank = severityRank(severity, ranking);
    return rank >= RED_FROM ? red : rank >= YELLOW_FROM ? yellow : String;
  };
}
