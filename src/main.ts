#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { pino } from "pino";
import { runCli } from "./cli.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const log = pino({ level: process.env["CMSWATCH_LOG_LEVEL"] ?? "info" }, pino.destination({ fd: 2, sync: true }));

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
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    colour: process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined,
    log,
    environment: process.env,
    exit: (code) => {
      process.exitCode = code;
    },
    checkSlack: async (config) => {
      const { checkSlackConfig } = await import("./main/check-slack.ts");
      return checkSlackConfig(config);
    },
    serve: async (options) => {
      const { serve } = await import("./main/serve.ts");
      await serve(options, log);
    },
  },
  version,
);
