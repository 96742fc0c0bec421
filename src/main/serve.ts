import { readFileSync } from "node:fs";
import type { Logger } from "pino";
import type { ServeOptions } from "../cli/command.ts";
import { loadConfig } from "../config/load.ts";
import { compose } from "./compose.ts";
import { untilInterrupted } from "./lifecycle.ts";

/** Builds everything from the configuration, runs it until it is interrupted, and stops it in reverse order. */
export async function serve(options: ServeOptions, log: Logger): Promise<void> {
  const version = packageVersion();
  const demo = options.demo ? await import("../demo/demo.ts") : null;
  const config = loadConfig(options.config, demo === null ? process.env : { ...demo.demoEnvironment(options), ...process.env });
  log.level = process.env["CMSWATCH_LOG_LEVEL"] ?? config.log.level;
  const interrupted = untilInterrupted(options.signal);
  const running = await compose(config, { version, log, surround: demo === null ? null : demo.surroundings(log) });
  await demo?.begin(running);
  log.info({ url: running.url, version }, "cmswatch runs");
  options.onReady?.(running.url);
  const reason = await interrupted;
  log.info({ reason }, "stopping");
  await running.lifecycle.stop();
  log.info("stopped");
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
