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

const CUT_OFF_WITHIN = 200;
const END_WITHIN = 8000;

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
  const running = await compose(config, {
    version,
    log,
    health,
    createWorld: demo?.createWorld ?? null,
    turn: turn === "alone" ? null : turn,
  }).catch(async (error: unknown) => {
    // What could not start keeps neither the turn nor the process.
    await (turn === "alone" ? undefined : turn.release());
    endSoon(options, END_WITHIN);
    throw error;
  });
  log.info({ url: running.url, version }, "cmswatch runs");
  tellStarter(running.url);
  const console = demo === null ? null : showProgress(running);
  const lost = turn === "alone" ? [] : [turn.lost.then((why) => `its turn is over: ${why}`)];
  const reason = await Promise.race([interrupted, errors.broken.then((why) => `broken by ${why}`), ...lost]);
  if (turn !== "alone" && !turn.isHeld()) {
    // Another replica works: nothing is tidied up, since everything that would be written is no longer this one's.
    log.error({ reason }, "stopped at once");
    endSoon(options, CUT_OFF_WITHIN);
    throw new UserError(reason, "store.url", "start it again: it stands by, or goes on when its turn comes");
  }
  log.info({ reason }, "stopping");
  console?.stop();
  await running.lifecycle.stop();
  if (turn !== "alone") {
    await turn.release();
  }
  eventLoop.stop();
  errors.stop();
  log.info("stopped");
  endSoon(options, END_WITHIN);
  if (reason.startsWith("broken")) {
    throw new UserError(reason, "cmswatch serve", "its log has the error; start it again");
  }
}

/** Ends the process even when sockets of a silent server would keep it; the exit code is what was set by then. */
function endSoon({ signal }: ServeOptions, milliseconds: number): void {
  // With a signal the process is the caller's.
  if (signal === undefined) {
    setTimeout(() => process.exit(), milliseconds).unref();
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
