import type { Logger } from "pino";

/** What nothing else caught. */
export interface ProcessErrors {
  /** Rejections that nobody waited for, since the start. */
  readonly rejections: number;
  /** Resolves with the reason when an exception left the process in an unknown state: it should stop in order. */
  readonly broken: Promise<string>;
  stop(): void;
}

/**
 * A promise of one request or library that nobody waits for is logged and counted, and the service goes on. After an exception that
 * nothing caught, nobody knows what was left half done: the service stops in order, and whoever started it starts it again.
 */
export function watchProcessErrors(log: Logger, on: NodeJS.EventEmitter = process): ProcessErrors {
  let rejections = 0;
  let breakDown: (reason: string) => void = () => {};
  const broken = new Promise<string>((resolve) => {
    breakDown = resolve;
  });
  const rejected = (error: unknown) => {
    rejections++;
    log.error({ err: error }, "a failure that nobody handled, the service goes on");
  };
  const thrown = (error: unknown) => {
    log.fatal({ err: error }, "an exception that nobody handled, the service stops");
    breakDown("an exception that nobody handled");
  };
  on.on("unhandledRejection", rejected).on("uncaughtException", thrown);
  return {
    get rejections() {
      return rejections;
    },
    broken,
    stop: () => void on.off("unhandledRejection", rejected).off("uncaughtException", thrown),
  };
}
