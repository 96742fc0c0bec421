import { formatDuration } from "../../alert/duration.ts";
import type { PageFigures } from "../../intelligence/noise/pages.ts";
import type { NoiseReport } from "../../intelligence/noise/report.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";

interface NoiseOptions {
  readonly since: string;
  readonly config?: string;
  readonly limit: string;
  readonly json?: boolean;
}

/** `cmswatch report noise`. */
export const registerReport: RegisterCommand = (program, context) => {
  program
    .command("report")
    .description("what alerting was like")
    .command("noise")
    .description("alerts in, groups out, and which rules nobody needs")
    .option("--since <duration>", "how far back", "7d")
    .option("--limit <rows>", "rules to show", "20")
    .option("--config <file>", "configuration")
    .option("--json", "print JSON")
    .action((options: NoiseOptions) => noise(options, context));
};

const MAX_CHANGES = 500_000;
const MAX_PAGES = 100_000;

async function noise(options: NoiseOptions, context: CommandContext): Promise<void> {
  const [{ loadConfig }, { openStore }, { noiseReport }, { pageFigures }, { parseDuration }, { systemClock }] =
    await Promise.all([
      import("../../config/load.ts"),
      import("../../store/open.ts"),
      import("../../intelligence/noise/report.ts"),
      import("../../intelligence/noise/pages.ts"),
      import("../../alert/duration.ts"),
      import("../../alert/clock.ts"),
    ]);
  const config = loadConfig(options.config ?? null, context.environment);
  const until = systemClock();
  const since = new Date(until.getTime() - parseDuration(options.since));
  const store = await openStore(config.store, { log: context.log });
  try {
    const changes = await store.history.since(since, MAX_CHANGES);
    const report = noiseReport(changes, since, until, changes.length >= MAX_CHANGES);
    const pages = pageFigures(await store.oncall.deliveriesSince(since, MAX_PAGES));
    context.out(
      options.json === true
        ? `${JSON.stringify({ ...report, pages })}\n`
        : `${formatNoise(report, Number(options.limit))}${formatPages(pages)}`,
    );
  } finally {
    await store.close();
  }
}

/** What came of pages, in one line; nothing where none was sent. */
export function formatPages(pages: PageFigures): string {
  if (pages.sent === 0) {
    return "";
  }
  const part = (count: number, what: string, time: number | null) =>
    `${count} ${what}${time === null ? "" : ` after ${lengthText(time)}`}`;
  const parts = [
    part(pages.delivered, "delivered", pages.timeToDeliver),
    part(pages.seen, "seen", pages.timeToSee),
    part(pages.answered, "answered", pages.timeToAnswer),
  ];
  const loud = pages.unansweredGroups === 0 ? "" : `; nobody paged answered for ${pages.unansweredGroups} groups`;
  return `pages: ${pages.sent} sent, ${parts.join(", ")} (medians)${loud}\n`;
}

/** A time to the second while it is short, to the minute when it is not. */
function lengthText(milliseconds: number): string {
  const unit = milliseconds < 3_600_000 ? 1000 : 60_000;
  return formatDuration(Math.max(unit, Math.round(milliseconds / unit) * unit));
}

/** The report as a table for a terminal. */
export function formatNoise(report: NoiseReport, limit: number): string {
  const fewer = report.alerts === 0 ? 0 : Math.round(100 * (1 - report.groups / report.alerts));
  const head = `${report.alerts} alerts in ${report.groups} groups (${fewer} % fewer) since ${report.since.toISOString().slice(0, 16)}Z${report.isCut ? " (the history holds more)" : ""}${report.timeToAcknowledge === null ? "" : `, acknowledged after ${lengthText(report.timeToAcknowledge)} (median)`}\n`;
  const columns = ["fired", "acked", "silenced", "alone", "flapping", "untouched", "to ack"];
  const lines = report.rows.slice(0, limit).flatMap((row) => {
    const numbers = [row.fired, row.acknowledged, row.silenced, row.resolvedAlone, row.flapping, row.untouched];
    const texts = [...numbers.map(String), row.timeToAcknowledge === null ? "-" : lengthText(row.timeToAcknowledge)];
    const cells = texts.map((value, index) => value.padStart(columns[index]?.length ?? 0));
    const line = `${cells.join("  ")}  ${row.alertname}${row.service === "" ? "" : ` (${row.service})`}\n`;
    return row.advice === null ? [line] : [line, `${" ".repeat(cells.join("  ").length + 2)}→ ${row.advice}\n`];
  });
  return report.alerts === 0 ? head : `${head}${columns.join("  ")}\n${lines.join("")}`;
}
