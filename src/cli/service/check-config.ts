import { systemClock } from "../../alert/clock.ts";
import type { KnownServices } from "../../oncall/load.ts";
import type { CommandContext, Finding, RegisterCommand } from "../command.ts";

interface CheckOptions {
  readonly json?: boolean;
  readonly slack?: boolean;
}

/** `cmswatch check-config FILE`: one line that says what is wrong, or what the file would run. */
export const registerCheckConfig: RegisterCommand = (program, context) => {
  program
    .command("check-config")
    .description(
      "check a configuration file and those it names, calendars too (exit code 1: something in them cannot be used)",
    )
    .argument("<file>", "configuration (YAML)")
    .option("--slack", "ask Slack too: token, scopes, channels, user groups (exit code 1: something is wrong there)")
    .option("--json", "print the configuration with all defaults, secrets hidden; with --slack what was found")
    .action((file: string, options: CheckOptions) => check(file, options, context));
};

async function check(file: string, options: CheckOptions, context: CommandContext): Promise<void> {
  const [{ loadConfig }, { loadCatalogue }, { readRecurring }] = await Promise.all([
    import("../../config/load.ts"),
    import("../../config/catalogue.ts"),
    import("../../alertmanager/recurring-config.ts"),
  ]);
  const config = loadConfig(file, context.environment);
  const catalogue = loadCatalogue(config.services ?? null);
  readRecurring(config.intelligence);
  const calendars = config.oncall === undefined ? [] : await calendarProblems(config.oncall, catalogue, systemClock());
  const found = options.slack === true ? ((await context.checkSlack?.(config.slack)) ?? []) : null;
  if (options.json === true) {
    context.out(`${JSON.stringify(found ?? config, hideSecrets, 2)}\n`);
  } else {
    context.out(`${file}: ok, ${catalogue.services.length} services\n`);
    context.out((found ?? []).map(findingLine).join(""));
    context.out(calendars.map((problem) => `PROBLEM ${problem}\n`).join(""));
  }
  if (found?.some(({ ok }) => !ok) === true || calendars.length > 0) {
    context.exit(1);
  }
}

/** Reads the calendars that the schedule follows: what in them cannot be used, and those that cannot be read. */
async function calendarProblems(file: string, known: KnownServices, now: Date): Promise<readonly string[]> {
  const [{ loadSchedule }, { readFeeds }, { feedClient }, { createCalendarReader }] = await Promise.all([
    import("../../oncall/load.ts"),
    import("../../oncall/calendar/feeds.ts"),
    import("../../oncall/calendar/feed-client.ts"),
    import("../../oncall/calendar/thread.ts"),
  ]);
  const parts = { states: null, fetchText: feedClient(), read: createCalendarReader() };
  return (await readFeeds(loadSchedule(file, known), parts, now)).problems;
}

function findingLine({ ok, what, detail }: Finding): string {
  return `${ok ? "ok     " : "MISSING"} ${what}: ${detail}\n`;
}

function hideSecrets(key: string, value: unknown): unknown {
  return /(token|secret|password)$/i.test(key) && typeof value === "string" ? "(hidden)" : value;
}
