import type { GroupedEvent } from "../../intelligence/grouping/replay.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";

interface GroupOptions {
  readonly input: string;
  readonly out?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** `cmswatch group`: recorded alert events in, the group of each out. */
export const registerGroup: RegisterCommand = (program, context) => {
  program
    .command("group")
    .description("group recorded alert events into incidents")
    .requiredOption("--input <file>", "events, one JSON object a line: {t, labels, annotations} (also .gz)")
    .option("--out <file>", "where to write index,t,group_id,root,rule,reason as CSV (default: standard output)")
    .option("--config <file>", "configuration, for its service catalogue")
    .option("--json", "print a summary as JSON")
    .action((options: GroupOptions) => group(options, context));
};

async function group(options: GroupOptions, context: CommandContext): Promise<void> {
  const [{ loadConfig }, { loadCatalogue }, { groupEvents }, { readEvents }, { writeFile }] = await Promise.all([
    import("../../config/load.ts"),
    import("../../config/catalogue.ts"),
    import("../../intelligence/grouping/replay.ts"),
    import("./events-file.ts"),
    import("node:fs/promises"),
  ]);
  const config = loadConfig(options.config ?? null, context.environment);
  const catalogue = loadCatalogue(config.services ?? null);
  const events = await readEvents(options.input);
  const rows = groupEvents(events, { catalogue, ignoredLabels: config.alertmanager.ignoreLabels });
  const groups = new Set(rows.map((row) => row.groupId)).size;
  if (options.out !== undefined) {
    await writeFile(options.out, toCsv(rows));
  } else if (options.json !== true) {
    context.out(toCsv(rows));
    return;
  }
  const summary = { events: rows.length, groups, out: options.out ?? null };
  context.out(
    options.json === true
      ? `${JSON.stringify(summary)}\n`
      : `${rows.length} events in ${groups} groups: ${options.out}\n`,
  );
}

function toCsv(rows: readonly GroupedEvent[]): string {
  const lines = rows.map((row) =>
    [row.index, row.t, row.groupId, row.isRoot, quote(row.rule), quote(row.reason)].join(","),
  );
  return `${["index,t,group_id,root,rule,reason", ...lines].join("\n")}\n`;
}

function quote(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
