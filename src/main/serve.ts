import { readFileSync } from "node:fs";
import type { Logger } from "pino";
import { UserError } from "../alert/user-error.ts";
import type { ServeOptions } from "../cli/command.ts";
import { loadConfig } from "../config/load.ts";
import { watchEventLoop } from "../runtime/event-loop.ts";
import { untilInterrupted } from "../runtime/lifecycle.ts";
import { watchProcessErrors } from "../runtime/process-errors.ts";
import { compose } from "./compose.ts";
import { showProgress } from "./demo-console.ts";
import { takeTurn } from "./turn.ts";

/** Builds everything from the configuration, runs it until it is interrupted, and stops it in reverse order. */
export async function serve(options: ServeOptions, log: Logger): Promise<void> {
  const version = packageVersion();
  const demo = options.demo ? await import("../demo/demo.ts") : null;
  const environment = demo === null ? process.env : { ...demo.demoEnvironment(options.port), ...process.env };
  const config = loadConfig(options.config, environment);
  log.level = process.env["CMSWATCH_LOG_LEVEL"] ?? (demo === null ? config.log.level : "warn");
  const interrupted = untilInterrupted(options.signal);
  const turn = demo === null ? await takeTurn(config, interrupted, log) : "alone";
  if (turn === null) {
    log.info("stopped while standing by");
    return;
  }
  const errors = watchProcessErrors(log);
  const eventLoop = watchEventLoop(log);
  const health = () => ({ longestDelay: eventLoop.longest, rejections: errors.rejections });
  const running = await compose(config, { version, log, health, createWorld: demo?.createWorld ?? null });
  log.info({ url: running.url, version }, "cmswatch runs");
  tellStarter(running.url);
  const console = demo === null ? null : showProgress(running);
  const lost = turn === "alone" ? [] : [turn.lost.then((why) => `its turn is over: ${why}`)];
  const reason = await Promise.race([interrupted, errors.broken.then((why) => `broken by ${why}`), ...lost]);
  log.info({ reason }, "stopping");
  console?.stop();
  await running.lifecycle.stop();
  if (turn !== "alone") {
    await turn.release();
  }
  eventLoop.stop();
  errors.stop();
  log.info("stopped");
  if (reason.startsWith("broken")) {
    throw new UserError(reason, "cmswatch serve", "its log has the error; start it again");
  }
  if (reason.startsWith("its turn")) {
    throw new UserError(reason, "store.url", "start it again: it stands by, or goes on when its turn comes");
  }
}

/** `cmswatch service start` waits for this word, then lets go. */
function tellStarter(url: string | null): void {
  if (process.connected && process.send !== undefined) {
    process.send({ ready: url ?? "" }, () => process.disconnect?.());
  }
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
