import type { Logger } from "pino";

/** What nobody caught. */
export interface LastNet {
  /** Errors that came so far since the start. */
  count(): number;
  remove(): void;
}

/**
 * Catches what no part of the service caught: it is logged and counted, and the service goes on. One forgotten `catch` must not end the
 * paging of people.
 */
export function spreadLastNet(log: Pick<Logger, "error">, source: NodeJS.EventEmitter = process): LastNet {
  let count = 0;
  const caught = (error: unknown) => {
    count++;
    log.error({ err: error, count }, "an error that nobody caught; cmswatch goes on, please report it");
  };
  source.on("unhandledRejection", caught);
  source.on("uncaughtException", caught);
  return {
    count: () => count,
    remove() {
      source.off("unhandledRejection", caught);
      source.off("uncaughtException", caught);
    },
  };
}
