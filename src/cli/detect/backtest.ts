import type { AnomalyClass, AnomalyKind, Lowering } from "../../alert/anomaly.ts";
import type { NoiseEstimate } from "../../anomalies/life/noise.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";

/** What the command line asked for. */
export interface BacktestOptions {
  readonly config?: string;
  readonly from?: string;
  readonly to?: string;
  readonly history?: string;
  readonly train?: string;
  readonly test?: string;
  readonly pairs?: string;
  readonly detector?: string;
  readonly service?: string;
  readonly limit: string;
  readonly json?: boolean;
}

/** One alert that people would have got. */
export interface PastAlert {
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly service: string;
  readonly entity: string;
  readonly severity: string;
  readonly kind: AnomalyKind;
  readonly class: AnomalyClass;
  readonly summary: string;
  /** What made it less serious, or kept it from being told of. */
  readonly lowered: readonly Pick<Lowering, "by" | "because">[];
  readonly told: readonly string[];
}

/** What a configuration would have alerted on. */
export interface BacktestReport {
  readonly source: string;
  readonly from: string;
  readonly to: string;
  readonly detector: string;
  readonly noise: NoiseEstimate;
  /** Who would have been told how often, most first. */
  readonly told: readonly { readonly who: string; readonly alerts: number; readonly perDay: number }[];
  readonly alerts: readonly PastAlert[];
  /** Events of which nobody would have been told: people called such ordinary. */
  readonly muted: readonly PastAlert[];
  /** What feedback, announced interventions, holidays and the number of entities changed, and how often. */
  readonly changes: readonly {
    readonly by: Lowering["by"];
    readonly because: string;
    readonly effect: "nobody is told" | "one step less severe";
    readonly alerts: number;
  }[];
  /** Entities that could not be scored, and why; what else to know. */
  readonly notes: readonly string[];
}

/** `cmswatch backtest`. */
export const registerBacktest: RegisterCommand = (program, context) => {
  program
    .command("backtest")
    .description("what a configuration would have alerted on over a past range, and how noisy it would have been")
    .option("--config <file>", "the configuration to try; metrics come from its Prometheus")
    .option("--from <time>", "begin of the range, e.g. 2026-06-15T00:00:00Z; history before it teaches")
    .option("--to <time>", "end of the range")
    .option("--history <duration>", "how much history before the range teaches; detect.train.history")
    .option("--train <file>", "history of one entity as CSV, instead of a Prometheus")
    .option("--test <file>", "the range to try as CSV")
    .option("--pairs <dir>", "folder of X.train.csv[.gz] with X.test.csv[.gz], one entity each")
    .option("--detector <name>", "which detector; the first of detect.detectors")
    .option("--service <name>", "only this service")
    .option("--limit <rows>", "alerts to show", "20")
    .option("--json", "print the report as JSON, with all alerts")
    .action((options: BacktestOptions) => run(options, context));
};

async function run(options: BacktestOptions, context: CommandContext): Promise<void> {
  const [{ backtest }, { showBacktest }] = await Promise.all([
    import("../../evaluate/backtest/run.ts"),
    import("./backtest-view.ts"),
  ]);
  const report = await backtest(options, context);
  context.out(
    options.json === true ? `${JSON.stringify(report, null, 2)}\n` : showBacktest(report, Number(options.limit)),
  );
  context.exit(report.alerts.length > 0 ? 1 : 0);
}
