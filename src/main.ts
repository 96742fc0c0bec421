#!/usr/bin/env node
import { readFileSync } from "node:fs";
import module from "node:module";
import type { Logger } from "pino";
import { openLog } from "./runtime/open-log.ts";

// Where Node has it, compiled code is kept from one start to the next. What is imported above this line is too early for it.
(module as { enableCompileCache?: () => void }).enableCompileCache?.();
const { runCli } = await import("./cli.ts");
const { safeForTerminal } = await import("./cli/terminal.ts");

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
let log: Logger | null = null;

/** Most commands log nothing, and do without loading what would. */
function theLog(): Logger {
  log ??= openLog({ fd: 2, level: process.env["CMSWATCH_LOG_LEVEL"] ?? "info" });
  return log;
}

// Whoever reads our output may stop early (`cmswatch … | head`): that is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") {
    process.exit();
  }
  throw error;
});

await runCli(
  process.argv.slice(2),
  {
    // To a pipe or a file the text goes as it is: programs read it.
    out: (text) => process.stdout.write(process.stdout.isTTY === true ? safeForTerminal(text) : text),
    err: (text) => process.stderr.write(safeForTerminal(text)),
    colour: process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined,
    get log() {
      return theLog();
    },
    environment: process.env,
    exit: (code) => {
      process.exitCode = code;
    },
    checkSlack: async (config) => {
      const { checkSlackConfig } = await import("./bot/setup/check.ts");
      return checkSlackConfig(config);
    },
    serve: async (options) => {
      const { serve } = await import("./main/serve.ts");
      await serve(options, theLog());
    },
  },
  version,
);
