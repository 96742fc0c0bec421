import { randomUUID } from "node:crypto";
import type { CommandContext, RegisterCommand } from "../command.ts";

interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
}
interface ListOptions extends CommonOptions {
  readonly tag: readonly string[];
  readonly since: string;
  readonly until: string;
}
interface ContentOptions extends CommonOptions {
  readonly text?: string;
  readonly start?: string;
  readonly end?: string;
  readonly tag?: readonly string[];
  readonly dashboards?: string;
  readonly dryRun?: boolean;
}

/** `cmswatch annotations list|create|update|delete`. */
export const registerAnnotations: RegisterCommand = (program, context) => {
  const family = program.command("annotations").description("annotations on Grafana's dashboards");
  const common = (name: string, description: string) =>
    family
      .command(name)
      .description(description)
      .option("--config <file>", "configuration")
      .option("--json", "print JSON");
  common("list", "annotations of cmswatch, newest first")
    .option("--tag <tag...>", "only those with these tags too", [])
    .option("--since <duration>", "how far back", "7d")
    .option("--until <duration>", "how far ahead", "30d")
    .action((options: ListOptions) => list(options, context));
  common("create", "annotate all dashboards with a tag")
    .requiredOption("--dashboards <tag>", "tag of the dashboards")
    .requiredOption("--text <text>", "what to show")
    .option("--start <time>", "ISO time (default: now)")
    .option("--end <time>", "ISO time (default: the start)")
    .option("--tag <tag...>", "further tags")
    .option("--dry-run", "say what would be done")
    .action((options: ContentOptions) => create(options, context));
  common("update", "change an annotation of cmswatch")
    .argument("<id>", "number of the annotation")
    .option("--text <text>", "what to show")
    .option("--start <time>", "ISO time")
    .option("--end <time>", "ISO time")
    .option("--dry-run", "say what would be done")
    .action((id: string, options: ContentOptions) => update(id, options, context));
  common("delete", "delete an annotation of cmswatch")
    .argument("<id>", "number of the annotation")
    .option("--dry-run", "say what would be done")
    .action((id: string, options: ContentOptions) => remove(id, options, context));
};

async function connect(options: CommonOptions, context: CommandContext) {
  const [{ loadConfig }, { createGrafanaClient }, { OUR_TAG }, { systemClock }] = await Promise.all([
    import("../../config/load.ts"),
    import("../../grafana/client.ts"),
    import("../../grafana/annotation-sync.ts"),
    import("../../alert/clock.ts"),
  ]);
  const config = loadConfig(options.config ?? null, context.environment);
  const now = systemClock();
  return { grafana: createGrafanaClient(config.grafana, systemClock), ourTag: OUR_TAG, now };
}

async function list(options: ListOptions, context: CommandContext): Promise<void> {
  const { grafana, ourTag, now } = await connect(options, context);
  const { parseDuration } = await import("../../alert/duration.ts");
  const from = new Date(now.getTime() - parseDuration(options.since));
  const to = new Date(now.getTime() + parseDuration(options.until));
  const found = (await grafana.annotations([ourTag, ...options.tag], from, to)).toSorted(
    (left, right) => right.time.getTime() - left.time.getTime(),
  );
  context.out(
    options.json === true
      ? `${JSON.stringify(found)}\n`
      : found
          .map(
            (entry) =>
              `${entry.id}  ${entry.time.toISOString()}  ${entry.timeEnd.toISOString()}  ${entry.tags.join(",")}  ${entry.text.split("\n")[0]}\n`,
          )
          .join("") || "no annotations\n",
  );
}

async function create(options: ContentOptions, context: CommandContext): Promise<void> {
  const { grafana, ourTag, now } = await connect(options, context);
  const time = await readTime(options.start, "--start", now);
  const timeEnd = await readTime(options.end, "--end", time);
  const tags = [ourTag, ...(options.tag ?? [`manual-${randomUUID().slice(0, 8)}`])];
  const dashboards = await grafana.dashboards(options.dashboards ?? "");
  const ids: number[] = [];
  for (const dashboard of options.dryRun === true ? [] : dashboards) {
    ids.push(await grafana.create(dashboard, { time, timeEnd, text: options.text ?? "", tags }));
  }
  const what = options.dryRun === true ? "would annotate" : "annotated";
  context.out(
    options.json === true
      ? `${JSON.stringify({ ids, dashboards, tags })}\n`
      : `${what} ${dashboards.length} dashboards${ids.length > 0 ? `: ${ids.join(", ")}` : ""}\n`,
  );
  context.exit(dashboards.length === 0 ? 1 : 0);
}

async function update(id: string, options: ContentOptions, context: CommandContext): Promise<void> {
  const { grafana, now } = await connect(options, context);
  const known = await findOurs(id, options, context);
  const time = await readTime(options.start, "--start", known.time);
  const timeEnd = await readTime(options.end, "--end", known.timeEnd);
  const content = { time, timeEnd, text: options.text ?? known.text, tags: known.tags };
  if (options.dryRun !== true) {
    await grafana.update(known.id, content);
  }
  context.out(
    options.json === true
      ? `${JSON.stringify({ id: known.id, ...content, at: now })}\n`
      : `${options.dryRun === true ? "would change" : "changed"} ${known.id}\n`,
  );
}

async function remove(id: string, options: ContentOptions, context: CommandContext): Promise<void> {
  const { grafana } = await connect(options, context);
  const known = await findOurs(id, options, context);
  if (options.dryRun !== true) {
    await grafana.remove(known.id);
  }
  context.out(
    options.json === true
      ? `${JSON.stringify({ id: known.id })}\n`
      : `${options.dryRun === true ? "would delete" : "deleted"} ${known.id}\n`,
  );
}

/** Only annotations that carry our tag are ever changed. */
async function findOurs(id: string, options: CommonOptions, context: CommandContext) {
  const { grafana, ourTag, now } = await connect(options, context);
  const { UserError } = await import("../../alert/user-error.ts");
  const year = 366 * 86_400_000;
  const found = await grafana.annotations([ourTag], new Date(now.getTime() - year), new Date(now.getTime() + year));
  const known = found.find((entry) => String(entry.id) === id);
  if (known === undefined) {
    throw new UserError("is not an annotation of cmswatch", `annotation ${id}`, "see `cmswatch annotations list`");
  }
  return known;
}

async function readTime(text: string | undefined, option: string, fallback: Date): Promise<Date> {
  const time = text === undefined ? fallback : new Date(text);
  if (Number.isNaN(time.getTime())) {
    const { UserError } = await import("../../alert/user-error.ts");
    throw new UserError(`"${text}" is not a time`, option, "write it like 2026-05-07T12:00:00Z");
  }
  return time;
}
