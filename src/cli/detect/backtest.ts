import type { BacktestOptions } from "../../evaluate/backtest/report.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";

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
