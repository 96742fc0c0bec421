import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../alert/user-error.ts";

const FILE = "cmswatch.lock";
const BEAT_EVERY = 5_000;
/** A holder on another machine or in another container is gone when its lock has not been touched for this long. */
const GONE_AFTER = 30_000;
const ATTEMPTS = 3;

const holderSchema = z.object({ pid: z.int().positive(), host: z.string(), started: z.string().nullable() });
type Holder = z.output<typeof holderSchema>;

/** Folders that this very process has open. */
const ours = new Set<string>();

/**
 * Takes a folder for this process: two PGlite processes on one folder would destroy it. A lock whose process is dead
 * (killed, or the machine was restarted) is taken over.
 * @returns a function that gives the folder free
 * @throws UserError when another process has it
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, FILE);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (tryCreate(path)) {
      ours.add(path);
      return keep(path);
    }
    const holder = readHolder(path);
    if (!isGone(path, holder)) {
      throw inUse(folder, holder);
    }
    removeStale(path);
  }
  throw inUse(folder, readHolder(path));
}

function tryCreate(path: string): boolean {
  try {
    const file = openSync(path, "wx", 0o600);
    const holder: Holder = { pid: process.pid, host: hostname(), started: startOf(process.pid) };
    writeSync(file, JSON.stringify(holder));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    const code = (error as NodeJS.ErrnoException).code;
    throw new UserError(`cannot be written (${code})`, path, "check the folder's owner and permissions", {
      cause: error,
    });
  }
}

function keep(path: string): () => void {
  const beat = setInterval(() => {
    try {
      const now = new Date();
      utimesSync(path, now, now);
    } catch {
      // The folder was taken away; the database's own error says so.
    }
  }, BEAT_EVERY);
  beat.unref();
  return () => {
    clearInterval(beat);
    ours.delete(path);
    ignoreMissing(() => unlinkSync(path));
  };
}

/** The lock's content; null while it is being written, or when it was cut short by a crash. */
function readHolder(path: string): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}

function isGone(path: string, holder: Holder | null): boolean {
  if (holder?.host === hostname()) {
    return !ours.has(path) && (holder.pid === process.pid || !isRunning(holder));
  }
  try {
    return Date.now() - statSync(path).mtimeMs > GONE_AFTER;
  } catch {
    return true;
  }
}

function isRunning(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  const started = startOf(holder.pid);
  return started === null || holder.started === null || started === holder.started;
}

/** When a process started, in the kernel's ticks of this boot: tells a process from a later one of the same number. */
export function startOf(pid: number): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ");
    return `${boot} ${fields?.[19]}`;
  } catch {
    return null;
  }
}

/** Removes a stale lock; only one process at a time may, so that nobody removes a lock that was just taken. */
function removeStale(path: string): void {
  const guard = `${path}.recovery`;
  try {
    mkdirSync(guard);
  } catch {
    removeOldGuard(guard);
    return;
  }
  try {
    if (isGone(path, readHolder(path))) {
      ignoreMissing(() => unlinkSync(path));
    }
  } finally {
    rmdirSync(guard);
  }
}

function removeOldGuard(guard: string): void {
  ignoreMissing(() => {
    if (Date.now() - statSync(guard).mtimeMs > GONE_AFTER) {
      rmdirSync(guard);
    }
  });
}

function ignoreMissing(action: () => void): void {
  try {
    action();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw error;
    }
  }
}

function inUse(folder: string, holder: Holder | null): UserError {
  const who = holder === null ? "another process" : `process ${holder.pid} on ${holder.host}`;
  return new UserError(
    `is in use by ${who}`,
    folder,
    "stop that one, give this one a folder of its own (store.url), or use PostgreSQL to share",
  );
}
