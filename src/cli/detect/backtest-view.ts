import { formatDuration } from "../../alert/duration.ts";
import type { BacktestReport, PastAlert } from "../../evaluate/backtest/report.ts";
import { counted } from "../counted.ts";
import { formatTable } from "../table.ts";

/** The report for a terminal: the estimate, who is told, the loudest entities, and the alerts. */
export function showBacktest(report: BacktestReport, limit: number): string {
  const { noise, told, alerts, changes, notes } = report;
  const head = [
    `${report.source}, ${minute(report.from)} to ${minute(report.to)}, detector ${report.detector}`,
    `${counted(noise.entities, "entity", "entities")} over ${lengthOf(noise.days)}: ` +
      `${counted(noise.events, "event")} (${number(noise.eventsPerDay)} a day, ` +
      `${number(noise.eventsPerEntityDay)} per entity and day), ` +
      `${counted(noise.alerts, "alert")} (${number(noise.alertsPerDay)} a day)` +
      (report.muted.length === 0
        ? ""
        : `, ${report.muted.length} more that people call ordinary and nobody is told of`),
    `in alert ${percent(noise.alertShare)} of the time, without data ${percent(noise.missingShare)}`,
  ].join("\n");
  const sections = [
    table(
      ["told", "alerts", "a day"],
      told.map(({ who, alerts: count, perDay }) => [who, String(count), number(perDay)]),
    ),
    table(
      ["taken less seriously because", "alerts", "effect"],
      changes.map(({ because, alerts: count, effect }) => [because, String(count), effect]),
    ),
    table(
      ["loudest", "events", "in alert"],
      noise.loudest.map(({ entity, events, alertShare }) => [entity, String(events), percent(alertShare)]),
    ),
    table(["opened", "lasted", "severity", "what", "told"], alerts.slice(0, limit).map(alertRow)),
  ];
  const more = alerts.length > limit ? [`… and ${alerts.length - limit} more (--limit, --json)\n`] : [];
  const said = notes.map((note) => `note: ${note}\n`);
  return `${[`${head}\n`, ...sections.filter((text) => text !== "")].join("\n")}${[...more, ...said].join("")}`;
}

function alertRow(alert: PastAlert): readonly string[] {
  const end = alert.closedAt === null ? null : Date.parse(alert.closedAt) - Date.parse(alert.openedAt);
  return [
    minute(alert.openedAt),
    end === null ? "not over" : formatDuration(end),
    alert.severity,
    alert.summary,
    alert.told.join(", "),
  ];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0
    ? ""
    : formatTable(
        header,
        rows.map((row) => row.map((text) => ({ text }))),
      );
}

const DAY = 86_400_000;
/** Less than two days in hours and minutes. */
const lengthOf = (days: number) => (days < 2 ? formatDuration(days * DAY) : `${number(days)} days`);
const minute = (time: string) => `${time.slice(0, 16)}Z`;
const number = (value: number) => String(Number(value.toPrecision(3)));
const percent = (share: number) => `${Number((100 * share).toPrecision(2))} %`;
