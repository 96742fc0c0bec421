import { resolve } from "node:path";
import { UserError } from "../../alert/user-error.ts";
import type { CommandContext, RegisterCommand } from "../command.ts";

interface Place {
  readonly config?: string;
  readonly folder?: string;
  readonly json?: boolean;
}

const DEFAULT_FOLDER = "./cmswatch-data";
const PATIENCE_START = 120_000;
const PATIENCE_STOP = 60_000;

/** `cmswatch service`: `serve` in the background, for machines without systemd. */
export const registerService: RegisterCommand = (program, context) => {
  const service = program.command("service").description("run `serve` in the background: start, stop, status");
  const placed = (name: string, what: string) =>
    service
      .command(name)
      .description(what)
      .option("--config <file>", "configuration (YAML)")
      .option("--folder <dir>", "for pid file and log (default: the store's folder)")
      .option("--json", "print JSON");
  placed("start", "start it and wait until it answers").action(async (options: Place) => start(options, context));
  placed("stop", "ask it to end, and wait until it has")
    .option("--force", "end it at once")
    .action(async (options: Place & { force?: boolean }) => stop(options, context));
  placed("status", "say whether it runs, and how its sources are").action(async (options: Place) =>
    status(options, context),
  );
};

async function start(options: Place, context: CommandContext): Promise<void> {
  if (options.config === undefined) {
    throw new UserError("is missing", "--config", "name the configuration that the service shall run with");
  }
  const { startService, serviceFiles } = await import("./process.ts");
  const script = process.argv[1];
  if (script === undefined) {
    throw new UserError("cannot be told", "the program's own file", "start cmswatch by its file");
  }
  const folder = await folderOf(options, context);
  const started = await startService({
    folder,
    config: resolve(options.config),
    environment: context.environment,
    program: [process.execPath, ...process.execArgv, script],
    patience: PATIENCE_START,
  });
  const { log } = serviceFiles(folder);
  context.out(
    options.json === true
      ? `${JSON.stringify({ ...started, log })}\n`
      : `cmswatch runs as process ${started.pid} at ${started.url}; log: ${log}\n`,
  );
}

async function stop(options: Place & { force?: boolean }, context: CommandContext): Promise<void> {
  const { stopService } = await import("./process.ts");
  const stopped = await stopService(await folderOf(options, context), PATIENCE_STOP, options.force === true);
  if (options.json === true) {
    context.out(`${JSON.stringify({ stopped: stopped?.pid ?? null })}\n`);
  } else {
    context.out(stopped === null ? "cmswatch does not run\n" : `cmswatch (process ${stopped.pid}) has stopped\n`);
  }
}

async function status(options: Place, context: CommandContext): Promise<void> {
  const { runningService } = await import("./process.ts");
  const { fetchStatus, formatStatus } = await import("./status.ts");
  const running = runningService(await folderOf(options, context));
  if (running === null) {
    context.out(options.json === true ? `${JSON.stringify({ running: null })}\n` : "cmswatch does not run\n");
    context.exit(1);
    return;
  }
  const answer = await fetchStatus(running.url, context.environment["CMSWATCH_TOKEN"]);
  context.out(
    options.json === true ? `${JSON.stringify({ running, ...answer })}\n` : formatStatus(running, answer, new Date()),
  );
  if (answer.fault !== null || answer.parts.some(({ state }) => state === "degraded")) {
    context.exit(1);
  }
}

/** The store's folder, which each service has for itself. */
async function folderOf(options: Place, context: CommandContext): Promise<string> {
  if (options.folder !== undefined || options.config === undefined) {
    return resolve(options.folder ?? DEFAULT_FOLDER);
  }
  const { loadConfig } = await import("../../config/load.ts");
  const { isServerUrl } = await import("../../config/store-place.ts");
  const { url } = loadConfig(options.config, context.environment).store;
  return resolve(isServerUrl(url) ? DEFAULT_FOLDER : url);
}
