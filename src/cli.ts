import { Command, CommanderError } from "commander";
import { UserError } from "./alert/user-error.ts";
import type { CommandContext, RegisterCommand } from "./cli/command.ts";
import { type BackendWish, wishBackend } from "./detect/backend/prepare.ts";

/** Families of commands: the words that they begin with, and where they are. Only the one that is asked for is loaded. */
export const FAMILIES: readonly { readonly words: readonly string[]; readonly load: () => Promise<RegisterCommand> }[] =
  [
    { words: ["demo", "serve"], load: async () => (await import("./cli/service/serve.ts")).registerServe },
    { words: ["service"], load: async () => (await import("./cli/service/service.ts")).registerService },
    { words: ["check-config"], load: async () => (await import("./cli/service/check-config.ts")).registerCheckConfig },
    { words: ["alerts"], load: async () => (await import("./cli/alerts/alerts.ts")).registerAlerts },
    { words: ["annotations"], load: async () => (await import("./cli/alerts/annotations.ts")).registerAnnotations },
    { words: ["backtest"], load: async () => (await import("./cli/detect/backtest.ts")).registerBacktest },
    { words: ["collect"], load: async () => (await import("./cli/detect/collect.ts")).registerCollect },
    { words: ["config"], load: async () => (await import("./cli/service/config-import.ts")).registerConfigImport },
    { words: ["train", "score"], load: async () => (await import("./cli/detect/detect.ts")).registerDetect },
    { words: ["dqm"], load: async () => (await import("./cli/dqm/dqm.ts")).registerDqm },
    { words: ["evaluate"], load: async () => (await import("./cli/detect/evaluate.ts")).registerEvaluate },
    { words: ["group"], load: async () => (await import("./cli/intelligence/group.ts")).registerGroup },
    {
      words: ["intelligence"],
      load: async () => (await import("./cli/intelligence/intelligence.ts")).registerIntelligence,
    },
    { words: ["models"], load: async () => (await import("./cli/detect/models.ts")).registerModels },
    { words: ["oncall"], load: async () => (await import("./cli/oncall/oncall.ts")).registerOncall },
    { words: ["report"], load: async () => (await import("./cli/alerts/report.ts")).registerReport },
    { words: ["runbooks"], load: async () => (await import("./cli/intelligence/runbooks.ts")).registerRunbooks },
    { words: ["silences"], load: async () => (await import("./cli/alerts/silences.ts")).registerSilences },
    { words: ["simulate"], load: async () => (await import("./cli/intelligence/simulate.ts")).registerSimulate },
    { words: ["solutions"], load: async () => (await import("./cli/intelligence/solutions.ts")).registerSolutions },
    { words: ["store"], load: async () => (await import("./cli/service/store.ts")).registerStore },
    { words: ["tickets"], load: async () => (await import("./cli/tickets/tickets.ts")).registerTickets },
    { words: ["transfers"], load: async () => (await import("./cli/transfers/transfers.ts")).registerTransfers },
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
  try {
    wishBackend({
      wanted: backendOf(context.environment),
      log: (message, fields) => context.log.debug(fields, message),
    });
    await runCommand(argv, program, context);
  } catch (error) {
    tell(error, context);
  }
}

async function runCommand(argv: readonly string[], program: Command, context: CommandContext): Promise<void> {
  for (const register of await familiesOf(argv[0])) {
    register(program, context);
  }
  await program.parseAsync(argv, { from: "user" });
}

/** Known mistakes are told in one line. @throws what is unknown */
function tell(error: unknown, context: CommandContext): void {
  if (error instanceof CommanderError) {
    context.exit(error.exitCode === 0 ? 0 : 2);
  } else if (error instanceof UserError) {
    context.err(error.message.startsWith("cmswatch ") ? `${error.message}\n` : `cmswatch: ${error.message}\n`);
    context.exit(2);
  } else {
    throw error;
  }
}

const BACKENDS: readonly BackendWish[] = ["auto", "native", "wasm"];

/** What trains networks in a command without a configuration. */
function backendOf(environment: NodeJS.ProcessEnv): BackendWish {
  const text = environment["CMSWATCH_DETECT_BACKEND"] ?? "auto";
  const known = BACKENDS.find((backend) => backend === text);
  if (known === undefined) {
    const where = "environment variable CMSWATCH_DETECT_BACKEND";
    throw new UserError(`no backend "${text}"`, where, `set one of ${BACKENDS.join(", ")}`);
  }
  return known;
}

/** The family of a word; all of them for any other, so that help is whole and a slip is answered with the nearest command. */
async function familiesOf(word: string | undefined): Promise<readonly RegisterCommand[]> {
  const asked = FAMILIES.filter(({ words }) => words.some((one) => one === word));
  return Promise.all((asked.length > 0 ? asked : FAMILIES).map(({ load }) => load()));
}
