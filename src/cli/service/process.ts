import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "../../alert/user-error.ts";
import { startOf } from "../../store/folder-lock.ts";

/** A `serve` in the background, as its pid file describes it. */
const serviceSchema = z.object({
  pid: z.int().positive(),
  /** Tells the process from a later one of the same number; null where the system does not say. */
  started: z.string().nullable(),
  since: z.string(),
  url: z.string(),
  config: z.string(),
});
export type Service = z.output<typeof serviceSchema>;

/** What `serve` tells the process that started it. */
const readySchema = z.object({ ready: z.string() });

const LARGEST_LOG = 50_000_000;
const LAST_LINES = 15;
const POLL = 100;

/** Where the pid file and the log are. */
export function serviceFiles(folder: string): { readonly pid: string; readonly log: string } {
  return { pid: join(folder, "service.json"), log: join(folder, "service.log") };
}

/** The service that runs, or null; the file of one that is gone is removed. */
export function runningService(folder: string): Service | null {
  const { pid } = serviceFiles(folder);
  let text: string;
  try {
    text = readFileSync(pid, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return null;
    }
    throw error;
  }
  const found = serviceSchema.safeParse(tryJson(text));
  if (found.success && isSame(found.data)) {
    return found.data;
  }
  rmSync(pid, { force: true });
  return null;
}

export interface StartOptions {
  readonly folder: string;
  /** Absolute path of the configuration. */
  readonly config: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Program and its words before `serve`. */
  readonly program: readonly [string, ...string[]];
  /** Milliseconds to wait until it answers. */
  readonly patience: number;
}

/**
 * Starts `serve` in the background and waits until it answers.
 * @throws UserError when it runs already, ends at once (with its last words) or does not answer in time
 */
export async function startService(options: StartOptions): Promise<Service> {
  const { folder, config } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = serviceFiles(folder);
  const old = runningService(folder);
  if (old !== null) {
    throw new UserError(`runs already as process ${old.pid} at ${old.url}`, "service", "stop it first");
  }
  rotate(files.log);
  const log = openSync(files.log, "a", 0o600);
  const [program, ...words] = options.program;
  const child = spawn(program, [...words, "serve", "--config", config], {
    detached: true,
    stdio: ["ignore", log, log, "ipc"],
    env: options.environment,
  });
  closeSync(log);
  const outcome = await Promise.race([
    new Promise<{ readonly url: string }>((resolve) => {
      child.on("message", (message) => {
        const ready = readySchema.safeParse(message);
        if (ready.success) {
          resolve({ url: ready.data.ready });
        }
      });
    }),
    new Promise<{ readonly why: string }>((resolve) => {
      child.once("error", (error) => resolve({ why: `cannot be started: ${error.message}` }));
      child.once("exit", (code, signal) => resolve({ why: `ended at once (${signal ?? `code ${code}`})` }));
    }),
    wait(options.patience, { why: `does not answer after ${options.patience / 1000} s` }, { ref: false }),
  ]);
  if ("why" in outcome) {
    child.kill("SIGTERM");
    throw new UserError(outcome.why, "service", `see ${files.log}; its last lines:\n${lastLines(files.log)}`);
  }
  const pid = child.pid ?? 0;
  const service: Service = { pid, started: startOf(pid), since: new Date().toISOString(), url: outcome.url, config };
  writeFileSync(files.pid, `${JSON.stringify(service, null, 2)}\n`, { mode: 0o600 });
  child.disconnect();
  child.unref();
  return service;
}

/** Asks it to end and waits until it has; null when none runs. @throws UserError when it does not end in time */
export async function stopService(folder: string, patience: number, force: boolean): Promise<Service | null> {
  const service = runningService(folder);
  if (service === null) {
    return null;
  }
  process.kill(service.pid, force ? "SIGKILL" : "SIGTERM");
  for (let waited = 0; waited < patience; waited += POLL) {
    if (!isSame(service)) {
      rmSync(serviceFiles(folder).pid, { force: true });
      return service;
    }
    await wait(POLL);
  }
  throw new UserError(
    `process ${service.pid} has not ended after ${patience / 1000} s`,
    "service",
    "wait longer, or end it with --force: what it was doing is lost then, what it stored is not",
  );
}

function isSame({ pid, started }: Service): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") {
      return false;
    }
  }
  return !isZombie(pid) && (started === null || startOf(pid) === started);
}

/** Ended, but nobody has asked how: in containers without an init process that may last. */
function isZombie(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.startsWith("Z") === true;
  } catch {
    return false;
  }
}

function rotate(log: string): void {
  try {
    if (statSync(log).size > LARGEST_LOG) {
      renameSync(log, `${log}.1`);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw error;
    }
  }
}

function lastLines(log: string): string {
  return readFileSync(log, "utf8").trimEnd().split("\n").slice(-LAST_LINES).join("\n");
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
