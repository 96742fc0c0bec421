import type { Logger } from "pino";
import type { ServeOptions } from "../cli/command.ts";
import { loadConfig } from "../config/load.ts";

/** Builds everything from the configuration, starts it in order and stops it in reverse order. */
export async function serve(options: ServeOptions, log: Logger): Promise<void> {
  const config = loadConfig(options.config);
  log.info({ demo: options.demo, store: config.store.url }, "configuration read");
}
