import { createRequire } from "node:module";
import type { Logger } from "pino";

const MOST_HELD = 1_000_000;

/** Where a log goes. */
export interface LogTarget {
  /** A file descriptor that is open for writing. */
  readonly fd: number;
  readonly level: string;
}

/**
 * A log of JSON lines. A disk that is full under it loses lines, at most a megabyte waits to be written once there is room again, and
 * nothing else suffers.
 */
export function openLog({ fd, level }: LogTarget): Logger {
  const { pino } = createRequire(import.meta.url)("pino") as typeof import("pino");
  const destination = pino.destination({ fd, sync: true, maxLength: MOST_HELD });
  destination.on("error", () => {});
  return pino({ level }, destination);
}
