import { InvalidArgumentError } from "commander";
import { DurationSyntaxError, formatDuration, parseDuration } from "../../alert/duration.ts";
import { UserError } from "../../alert/user-error.ts";
import type { PrometheusOptions } from "../../prometheus/client.ts";
import type { CollectProgress, CollectResult } from "../../prometheus/collect/collect.ts";
import type { CollectQuery } from "../../prometheus/collect/plan.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";
import { counted } from "../counted.ts";

const MAX_ANSWER = 64_000_000;
const TRIES = 8;
const SHOW_EVERY = 0.05;
const LEAST_SHOWN = 1000;

interface Flags {
  readonly config: string;
  readonly start: Date;
  readonly end: Date;
  readonly step?: number;
  readonly outputDir?: string;
  readonly output_dir?: string;
  readonly by: readonly string[];
  readonly counters: "rate" | "raw";
  readonly join: boolean;
  readonly json?: boolean;
}

/** `cmswatch collect`: metrics of a range to CSV tables, resumable. */
export const registerCollect: RegisterCommand = (program, context) => {
  program
    .command("collect")
    .description("write metrics of a time range to CSV, a table per metric and entity and one per entity")
    .requiredOption("--config <file>", "our configuration, or the collector's original JSON")
    .requiredOption("--start <time>", "first point, e.g. 2024-06-15T00:00:00Z or unix seconds", readTime)
    .requiredOption("--end <time>", "last point", readTime)
    .option("--step <duration>", "distance of two points; prometheus.step, or 15s", readStep)
    .option("--output-dir <folder>", "where the tables go; the same folder again goes on with what was interrupted")
    .option("--output_dir <folder>", "the same, as the original collector called it")
    .option("--by <labels>", "labels that name an entity, e.g. pod,container (original configuration)", readList, [])
    .option("--counters <how>", "bare counters: their rate per second, or raw", readCounters, "rate")
    .option("--no-join", "leave out the joined table per entity")
    .option("--json", "print the result as JSON")
    .action((flags: Flags) => run(flags, context));
};

async function run(flags: Flags, context: CommandContext): Promise<void> {
  const { createPrometheusClient } = await import("../../prometheus/client.ts");
  const { collect } = await import("../../prometheus/collect/collect.ts");
  const { withRates } = await import("../../prometheus/collect/counters.ts");
  const { joinEntities } = await import("../../prometheus/collect/join.ts");
  const { MetricSourceError } = await import("../../prometheus/source.ts");
  const folder = flags.outputDir ?? flags.output_dir;
  if (folder === undefined) {
    throw new UserError("is missing", "--output-dir", "name the folder for the tables");
  }
  if (flags.end < flags.start) {
    throw new UserError(`${flags.end.toISOString()} is before --start`, "--end", "give the later time as --end");
  }
  const setup = await readSetup(flags, context);
  const source = createPrometheusClient({
    ...setup.server,
    tries: TRIES,
    maxBytes: MAX_ANSWER,
    onWarning: (warning, query) => context.log.warn({ warning, query }, "the server warns about a query"),
  });
  const { start, end } = flags;
  const { step } = setup;
  try {
    const queries =
      flags.counters === "raw"
        ? setup.queries
        : await withRates(setup.queries, step, (metric) => source.metricType(metric));
    const onProgress = flags.json === true ? () => {} : showProgress(context);
    const result = await collect(source, { queries, start, end, step, source: source.name, folder, onProgress });
    if (result.series === 0) {
      throw new UserError("no query gave any series", source.name, "check the metric names, labels and the time range");
    }
    const metrics = [...new Set(queries.map(({ metric }) => metric))];
    const tables = flags.join ? await joinEntities(folder, Object.keys(result.entities), metrics, step) : 0;
    tell(result, { folder, tables, json: flags.json === true }, context);
  } catch (error) {
    throw error instanceof MetricSourceError ? asUserError(error, source.name, folder) : error;
  }
}

function tell(
  { entities, series, rows, resumed, empty }: CollectResult,
  { folder, tables, json }: { readonly folder: string; readonly tables: number; readonly json: boolean },
  context: CommandContext,
): void {
  for (const query of empty) {
    context.err(`cmswatch: no series for ${query}\n`);
  }
  const count = Object.keys(entities).length;
  context.out(
    json
      ? `${JSON.stringify({ folder, series, rows, entities: count, tables, resumed, empty })}\n`
      : `${folder}: ${series} series of ${counted(count, "entity", "entities")}, ${sayRows(rows, resumed)}\n`,
  );
  context.exit(empty.length > 0 ? 1 : 0);
}

function sayRows(rows: number, resumed: boolean): string {
  if (!resumed) {
    return counted(rows, "row");
  }
  return rows === 0 ? "complete already" : `${counted(rows, "row")} more`;
}

interface Setup {
  readonly server: PrometheusOptions;
  readonly queries: readonly CollectQuery[];
  readonly step: number;
}

async function readSetup(flags: Flags, context: CommandContext): Promise<Setup> {
  const { loadConfig, readYaml } = await import("../../config/load.ts");
  const { isOriginal, planConfig, planMetrics, readOriginal } = await import("../../prometheus/collect/plan.ts");
  const { tree } = readYaml(flags.config);
  if (isOriginal(tree)) {
    const { url, metrics } = readOriginal(tree, flags.config);
    const queries = planMetrics(metrics, flags.by);
    return { server: { url, timeout: 60_000 }, queries, step: flags.step ?? 15_000 };
  }
  const { loadCatalogue } = await import("../../config/catalogue.ts");
  const config = loadConfig(flags.config, context.environment);
  const { url, timeout, token, tls, step } = config.prometheus;
  if (url === "simulated") {
    throw new UserError("is `simulated`", "`prometheus.url`", "name a Prometheus or VictoriaMetrics to collect from");
  }
  const queries = planConfig(config, loadCatalogue(config.services ?? null));
  return { server: { url, timeout, token, tls }, queries, step: flags.step ?? step };
}

function showProgress(context: CommandContext): (progress: CollectProgress) => void {
  const began = Date.now();
  let shown = 0;
  return ({ share, metric, series, rows }) => {
    if (share >= shown + SHOW_EVERY || share >= 1) {
      shown = share;
      const left = ((Date.now() - began) / share) * (1 - share);
      const rest = share < 1 && left >= LEAST_SHOWN ? `, about ${formatDuration(left)} left` : "";
      context.err(
        `${String(Math.round(share * 100)).padStart(3)} % ${metric}: ${series} series, ${rows} rows${rest}\n`,
      );
    }
  };
}

function asUserError(error: Error, where: string, folder: string): UserError {
  const what = error.message.startsWith(where)
    ? error.message.slice(where.length).replace(/^[/:\s]+/, "")
    : error.message;
  return new UserError(what, where, `then run the same command again: it goes on from what is in ${folder}`, {
    cause: error,
  });
}

function readTime(text: string): Date {
  const isSeconds = /^\d{9,11}(\.\d+)?$/.test(text);
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/i.test(text) || !text.includes("T");
  const time = new Date(isSeconds ? Number(text) * 1000 : hasZone ? text : `${text}Z`);
  if (Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError("write a time like 2024-06-15T00:00:00Z (UTC), or unix seconds");
  }
  return time;
}

function readStep(text: string): number {
  try {
    const step = parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
    if (step > 0) {
      return step;
    }
  } catch (error) {
    if (!(error instanceof DurationSyntaxError)) {
      throw error;
    }
  }
  throw new InvalidArgumentError("write a duration above 0, like 15s or 5m");
}

function readList(text: string): readonly string[] {
  return text.split(",").flatMap((part) => (part.trim() === "" ? [] : [part.trim()]));
}

function readCounters(text: string): "rate" | "raw" {
  if (text === "rate" || text === "raw") {
    return text;
  }
  throw new InvalidArgumentError("it is rate or raw");
}
