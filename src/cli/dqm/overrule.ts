import type { Command } from "commander";
import type { DqmRecord, OverruleOutcome, RunReport } from "../../dqm/service/record.ts";
import type { CommandContext } from "../command.ts";
import { integerOf } from "./words.ts";

interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
}

interface OverruleOptions extends CommonOptions {
  readonly lumis: string;
  readonly status: string;
  readonly reason: string;
  readonly by?: string;
}

interface ShowOptions extends CommonOptions {
  readonly limit: string;
  readonly map?: string;
  readonly bins?: string;
}

/** `cmswatch dqm show|overrule|revoke`: what is kept of runs, and people's word over it. */
export function registerDqmOverrule(dqm: Command, context: CommandContext): void {
  dqm
    .command("show")
    .description("runs that were judged, or one run's ranges with their reasons (exit code 1: something is bad)")
    .argument("[run]", "run number")
    .option("--limit <n>", "how many runs", "20")
    .option("--map <file>", "draw the run's lumisection map (.svg or .png)")
    .option("--bins <file>", "draw the worst lumisection's bins beside their references (.svg or .png)")
    .option("--config <file>", "configuration")
    .option("--json", "print JSON")
    .action((run: string | undefined, options: ShowOptions) => show(run, options, context));
  dqm
    .command("overrule")
    .description("say what lumisections of a run are; it is kept with your name and wins over the machine")
    .argument("<run>", "run number")
    .requiredOption("--lumis <range>", "one lumisection or a range, e.g. 12-137")
    .requiredOption("--status <status>", "GOOD, BAD, STANDBY, EXCLUDED or NOTSET")
    .requiredOption("--reason <words>", "why; it stands in the record")
    .option("--by <name>", "who says so (default: $USER)")
    .option("--config <file>", "configuration")
    .option("--json", "print JSON")
    .action((run: string, options: OverruleOptions) => overrule(run, options, context));
  dqm
    .command("revoke")
    .description("take an overrule back")
    .argument("<id>", "its id, as `dqm show RUN` lists them")
    .option("--by <name>", "who says so (default: $USER)")
    .option("--config <file>", "configuration")
    .option("--json", "print JSON")
    .action((id: string, options: CommonOptions & { readonly by?: string }) =>
      withDesk(options, context, async (desk) =>
        tell(await desk.revoke(id, actorOf(options.by, context)), options, context),
      ),
    );
}

async function withDesk(
  options: CommonOptions,
  context: CommandContext,
  work: (desk: DqmRecord) => Promise<void>,
): Promise<void> {
  const [{ openDqmStore }, { createDqmRecord }, { randomUUID }] = await Promise.all([
    import("./store.ts"),
    import("../../dqm/service/record.ts"),
    import("node:crypto"),
  ]);
  const store = await openDqmStore(options.config, context);
  try {
    await work(createDqmRecord({ store, clock: () => new Date(), newId: () => randomUUID().slice(0, 8) }));
  } finally {
    await store.close();
  }
}

function actorOf(by: string | undefined, context: CommandContext) {
  return { person: { name: by ?? context.environment["USER"] ?? "cli" }, via: "cli" } as const;
}

function overrule(run: string, options: OverruleOptions, context: CommandContext): Promise<void> {
  const [first = "", last = first] = options.lumis.split("-");
  const wish = {
    run: integerOf(run, "run"),
    first: integerOf(first, "--lumis"),
    last: integerOf(last, "--lumis"),
    status: options.status,
    reason: options.reason,
  };
  return withDesk(options, context, async (desk) =>
    tell(await desk.overrule(wish, actorOf(options.by, context)), options, context),
  );
}

function tell(outcome: OverruleOutcome, { json }: CommonOptions, context: CommandContext): void {
  if (json === true) {
    context.out(`${JSON.stringify(outcome, null, 2)}\n`);
  } else if (outcome.ok) {
    context.out(`${outcome.reason}${outcome.id === null ? "" : ` (${outcome.id})`}\n`);
  } else {
    context.err(`cmswatch: ${outcome.reason}\n`);
  }
  context.exit(outcome.ok ? 0 : 2);
}

function show(run: string | undefined, options: ShowOptions, context: CommandContext): Promise<void> {
  return withDesk(options, context, async (desk) => {
    if (run !== undefined) {
      await showRun(await desk.report(integerOf(run, "run")), run, options, context);
      return;
    }
    const reports = await desk.reports(integerOf(options.limit, "--limit"));
    const rows = reports.map(({ run: number, judgedAt, detector, counts, ranges }) => ({
      run: number,
      judgedAt,
      detector,
      counts,
      ranges,
    }));
    const lines = rows.map(({ run: number, counts }) => `${number}: ${countsText(counts)}\n`);
    context.out(options.json === true ? `${JSON.stringify(rows, null, 2)}\n` : lines.join("") || "no run was judged\n");
  });
}

async function showRun(report: RunReport | null, run: string, options: ShowOptions, context: CommandContext) {
  if (report === null) {
    const { UserError } = await import("../../alert/user-error.ts");
    throw new UserError("was never judged", `run ${run}`, "judge it: cmswatch dqm certify --config FILE …");
  }
  const { ranges, overrules, worst, counts } = report;
  if (options.json === true) {
    context.out(`${JSON.stringify({ run: report.run, counts, ranges, overrules, worst }, null, 2)}\n`);
  } else {
    const said = ranges.map(
      ({ first, last, status, reason, by }) =>
        `${first}-${last} ${status}: ${reason}${by === null ? "" : ` (${by})`}\n`,
    );
    const words = overrules.map(
      ({ id, by, reason, first, last, status, revokedAt }) =>
        `${id}: ${by} said ${status} of ${first}-${last}, ${reason}${revokedAt === null ? "" : " (taken back)"}\n`,
    );
    context.out([...said, ...worst.map((one) => `  ${one}\n`), ...words].join(""));
  }
  await draw(report, options);
  context.exit(counts.BAD > 0 ? 1 : 0);
}

async function draw({ run, verdicts, evidence }: RunReport, { map, bins }: ShowOptions): Promise<void> {
  const [{ writePicture }, { binsPicture }, { lumisectionMap }] = await Promise.all([
    import("../picture.ts"),
    import("../../dqm/judge/pictures/bins.ts"),
    import("../../dqm/judge/pictures/lumisection-map.ts"),
  ]);
  if (map !== undefined) {
    await writePicture(map, lumisectionMap(run, verdicts));
  }
  const [worst] = evidence;
  if (bins !== undefined) {
    if (worst === undefined) {
      const { UserError } = await import("../../alert/user-error.ts");
      throw new UserError("has no bad lumisection to draw", `run ${run}`, "leave --bins out");
    }
    await writePicture(bins, binsPicture(run, worst));
  }
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(", ");
}
