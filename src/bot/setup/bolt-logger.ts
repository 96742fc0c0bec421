import { type Logger as BoltLogger, LogLevel } from "@slack/bolt";
import type { Logger } from "pino";

/** Bolt's and the Web API client's log lines, as lines of ours. They never hold tokens: Bolt leaves those out. */
export function boltLogger(log: Logger): BoltLogger {
  const write =
    (level: "debug" | "info" | "warn" | "error") =>
    (...parts: unknown[]) => {
      log[level](
        { said: parts.map((part) => (part instanceof Error ? part.message : String(part))).join(" ") },
        "slack client",
      );
    };
  return {
    // What Bolt calls information is of use only to those who look for a fault.
    debug: write("debug"),
    info: write("debug"),
    warn: write("warn"),
    error: write("error"),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  };
}
