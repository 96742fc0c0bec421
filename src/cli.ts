import { Command, CommanderError } from "commander";
import { UserError } from "./alert/user-error.ts";
import { registerAlerts } from "./cli/alerts.ts";
import { registerAnnotations } from "./cli/annotations.ts";
import { registerBacktest } from "./cli/backtest.ts";
import { registerCheckConfig } from "./cli/check-config.ts";
import { registerCollect } from "./cli/collect.ts";
import type { CommandContext, RegisterCommand } from "./cli/command.ts";
import { registerConfigImport } from "./cli/config-import.ts";
import { registerDetect } from "./cli/detect.ts";
import { registerDqm } from "./cli/dqm.ts";
import { registerEvaluate } from "./cli/evaluate.ts";
import { registerGroup } from "./cli/group.ts";
import { registerIntelligence } from "./cli/intelligence.ts";
import { registerModels } from "./cli/models.ts";
import { registerOncall } from "./cli/oncall.ts";
import { registerReport } from "./cli/report.ts";
import { registerRunbooks } from "./cli/runbooks.ts";
import { registerServe } from "./cli/serve.ts";
import { registerService } from "./cli/service.ts";
import { registerSilences } from "./cli/silences.ts";
import { registerSimulate } from "./cli/simulate.ts";
import { registerSolutions } from "./cli/solutions.ts";
import { registerTickets } from "./cli/tickets.ts";
import { registerTransfers } from "./cli/transfers.ts";

const COMMANDS: readonly RegisterCommand[] = [
  registerServe,
  registerService,
  registerCheckConfig,
  registerAlerts,
  registerAnnotations,
  registerBacktest,
  registerCollect,
  registerConfigImport,
  registerDetect,
  registerDqm,
  registerEvaluate,
  registerGroup,
  registerIntelligence,
  registerModels,
  registerOncall,
  registerReport,
  registerRunbooks,
  registerSilences,
  registerSimulate,
  registerSolutions,
  registerTickets,
  registerTransfers,
];

/**
 * Runs one command line. Known mistakes are one line on standard error and exit code 2; unknown faults are thrown.
 * @param argv words after the program's name
 */
export async function runCli(argv: readonly string[], context: CommandContext, version: string): Promise<void> {
  const program = new Command("cmswatch")
    .description("Chat-ops bot and alert intelligence for the people who keep CMSWEB alive")
    .version(version)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: context.out, writeErr: context.err });
  for (const register of COMMANDS) {
    register(program, context);
  }
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      context.exit(error.exitCode === 0 ? 0 : 2);
    } else if (error instanceof UserError) {
      context.err(`cmswatch: ${error.message}\n`);
      context.exit(2);
    } else {
      throw error;
    }
  }
}
