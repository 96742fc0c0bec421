import type { Logger } from "pino";

/** Lets work go on beside its caller: what it fails at is logged, and is nobody's unhandled rejection. */
export function inBackground(work: Promise<unknown>, log: Pick<Logger, "error">, what: string): void {
  work.catch((error: unknown) => log.error({ err: error, what }, "work in the background failed"));
}
