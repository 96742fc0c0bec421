import type { Command } from "commander";
import { DurationSyntaxError, parseDuration } from "../../alert/duration.ts";
import { formatMatcher, type Matcher, MatcherSyntaxError, parseMatcher, parseMatchers } from "../../alert/matcher.ts";
import { UserError } from "../../alert/user-error.ts";
import type { Silences } from "../../alertmanager/silences.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";
import { addConnectionOptions, type ConnectionOptions, connect, reportAway } from "./alertmanager-connection.ts";
import type { SilenceRecords } from "./silence-records.ts";

interface ListOptions extends ConnectionOptions {
  readonly expired?: boolean;
  readonly ours?: boolean;
  readonly json?: boolean;
}

interface AddOptions extends ConnectionOptions {
  readonly for?: string;
  readonly until?: string;
  readonly starts?: string;
  readonly owner?: string;
  readonly reason: string;
  readonly evenIfBroad?: boolean;
  readonly json?: boolean;
}

/** `cmswatch silences list|preview|add|extend|expire`. Only silences that cmswatch made are ever changed. */
export const registerSilences: RegisterCommand = (program, context) => {
  const silences = program.command("silences").description("what is hidden, by whom, until when and why");
  addConnectionOptions(silences.command("list").description("list silences"))
    .option("--expired", "also those that have ended")
    .option("--ours", "only those that cmswatch made")
    .option("--json", "for programs")
    .action((options: ListOptions) => list(options, context));
  addConnectionOptions(silences.command("preview").description("how many alerts a silence would hide"))
    .argument("<matcher...>", 'what to hide, e.g. service="dbs" severity!="urgent"')
    .option("--json", "for programs")
    .action((words: readonly string[], options: ListOptions) => preview(words, options, context));
  registerAdd(silences, context);
  addConnectionOptions(silences.command("extend").description("move the end of a silence that cmswatch made"))
    .argument("<id>")
    .requiredOption("--for <time>", "how long from now, e.g. 2h")
    .action((id: string, options: ConnectionOptions & { for: string }) => extend(id, options, context));
  addConnectionOptions(silences.command("expire").description("end silences that cmswatch made"))
    .argument("<id...>")
    .action((ids: readonly string[], options: ConnectionOptions) => expire(ids, options, context));
};

function registerAdd(silences: Command, context: CommandContext): void {
  addConnectionOptions(silences.command("add").description("hide alerts for a time"))
    .argument("<matcher...>", 'what to hide, e.g. service="dbs" severity!="urgent"')
    .option("--for <time>", "how long, e.g. 2h or 1d12h")
    .option("--until <time>", "end instead, e.g. 2026-03-01T18:00Z")
    .option("--starts <time>", "begin, if not now, e.g. 2026-03-01T08:00Z")
    .option("--owner <name>", "whose it is; without it the user of this machine")
    .requiredOption("--reason <words>", "why")
    .option("--even-if-broad", "also when it would hide a lot")
    .option("--json", "for programs")
    .action((words: readonly string[], options: AddOptions) => add(words, options, context));
}

async function list(options: ListOptions, context: CommandContext): Promise<void> {
  const { silenceRows, silenceTable } = await import("./silences-view.ts");
  const { client } = await connect(options, context);
  const [silences, alerts] = await Promise.all([client.silences(), client.alerts()]);
  reportAway(client, context);
  const rows = silenceRows(silences, alerts, options);
  if (options.json === true) {
    context.out(`${JSON.stringify(rows, null, 2)}\n`);
  } else {
    context.out(rows.length === 0 ? "no silences\n" : silenceTable(rows, new Date(), context.colour));
  }
}

async function preview(words: readonly string[], options: ListOptions, context: CommandContext): Promise<void> {
  const matchers = readMatchers(words);
  const shown = await withSilences(options, context, (silences) => silences.preview(matchers));
  if (options.json === true) {
    context.out(`${JSON.stringify(shown, null, 2)}\n`);
    return;
  }
  const lines = [
    `${matchers.map(formatMatcher).join(" ")}`,
    `would hide now: ${shown.now}`,
    ...(shown.caveat === null ? [`would have hidden in the past week: ${shown.pastWeek}`] : [`note: ${shown.caveat}`]),
    ...(shown.examples.length === 0 ? [] : [`for example: ${shown.examples.join(", ")}`]),
    ...(shown.warning === null ? [] : [`broad: ${shown.warning}`]),
  ];
  context.out(`${lines.join("\n")}\n`);
}

async function add(words: readonly string[], options: AddOptions, context: CommandContext): Promise<void> {
  const matchers = readMatchers(words);
  const startsAt = options.starts === undefined ? new Date() : readTime(options.starts, "--starts");
  const endsAt = readEnd(options, startsAt);
  const owner = options.owner ?? context.environment["USER"] ?? context.environment["LOGNAME"] ?? "";
  const { reason } = options;
  const evenIfBroad = options.evenIfBroad === true;
  const made = await withSilences(options, context, (silences) =>
    silences.add({ matchers, startsAt, endsAt, owner, reason, evenIfBroad }),
  );
  context.out(options.json === true ? `${JSON.stringify(made, null, 2)}\n` : `${made.silenceId}\n`);
}

async function extend(
  id: string,
  options: ConnectionOptions & { for: string },
  context: CommandContext,
): Promise<void> {
  const endsAt = new Date(Date.now() + readLength(options.for, "--for"));
  const entry = await withSilences(options, context, (silences) => silences.extend(id, endsAt));
  context.out(`${entry.silenceId}\n`);
}

async function expire(ids: readonly string[], options: ConnectionOptions, context: CommandContext): Promise<void> {
  await withSilences(options, context, async (silences) => {
    for (const id of ids) {
      const { state } = await silences.expire(id);
      context.out(state === "expired" ? `${id} had ended already\n` : `${id} has ended\n`);
    }
  });
}

/** Runs it with the configured silences, and closes what was opened for them. */
async function withSilences<T>(
  options: ConnectionOptions,
  context: CommandContext,
  work: (silences: Silences) => Promise<T>,
): Promise<T> {
  const { createSilences } = await import("../../alertmanager/silences.ts");
  const { openSilenceRecords } = await import("./silence-records.ts");
  const { client, config } = await connect(options, context);
  const records: SilenceRecords = await openSilenceRecords(config, context);
  try {
    return await work(
      createSilences({
        alertmanager: client,
        ledger: records.ledger,
        past: records.past,
        clock: () => new Date(),
        longest: config.intelligence.maxSilence,
      }),
    );
  } finally {
    await records.close();
  }
}

function readMatchers(words: readonly string[]): readonly Matcher[] {
  try {
    return words.flatMap((word) => (word.startsWith("{") ? parseMatchers(word) : [parseMatcher(word)]));
  } catch (error) {
    if (error instanceof MatcherSyntaxError) {
      throw new UserError(error.message, "command line", 'write matchers like service="dbs" or alertname=~"ggus-.*"');
    }
    throw error;
  }
}

function readEnd(options: AddOptions, startsAt: Date): Date {
  if ((options.for === undefined) === (options.until === undefined)) {
    throw new UserError("an end is needed", "command line", "give either --for 2h or --until 2026-03-01T18:00Z");
  }
  return options.until === undefined
    ? new Date(startsAt.getTime() + readLength(options.for ?? "", "--for"))
    : readTime(options.until, "--until");
}

function readLength(text: string, where: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof DurationSyntaxError) {
      throw new UserError(`"${text}" is not a duration`, where, "write it like 30m, 2h or 1d12h");
    }
    throw error;
  }
}

function readTime(text: string, where: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw new UserError(`"${text}" is not a time`, where, "write it like 2026-03-01T18:00Z");
  }
  return time;
}
