import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Logger } from "pino";

/** How long work of this process made everything else wait. */
export interface EventLoopWatch {
  /** Longest delay of the last whole interval, seconds. */
  readonly longest: number;
  stop(): void;
}

/** From so many seconds on requests and loops are late by what people notice. */
const ALARM = 1;
const EVERY = 10_000;

interface Histogram {
  /** Nanoseconds. */
  readonly max: number;
  enable(): boolean;
  disable(): boolean;
  reset(): void;
}

/** Measures all the time; a delay of a second and more is logged, at most once per interval. */
export function watchEventLoop(
  log: Pick<Logger, "warn">,
  histogram: Histogram = monitorEventLoopDelay({ resolution: 20 }),
): EventLoopWatch {
  let longest = 0;
  histogram.enable();
  const timer = setInterval(() => {
    longest = histogram.max / 1e9;
    histogram.reset();
    if (longest >= ALARM) {
      log.warn({ seconds: longest }, "event loop was blocked: requests and loops were late");
    }
  }, EVERY);
  timer.unref();
  return {
    get longest() {
      return longest;
    },
    stop() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
