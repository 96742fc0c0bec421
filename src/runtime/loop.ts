import { setMaxListeners } from "node:events";
import type { Logger } from "pino";
import { type Clock, steadyTime } from "../alert/clock.ts";

/** Something that is done again and again, never twice at the same time. */
export interface Loop {
  readonly name: string;
  /** Milliseconds between two starts. */
  readonly every: number;
  start(): void;
  /** Runs it now, or waits for the run that is under way and then runs it. Does nothing once it is stopped. */
  runNow(): Promise<void>;
  /** Stops the schedule, tells a run under way to end, and waits for it. */
  stop(): Promise<void>;
  status(): LoopStatus;
}

export interface LoopStatus {
  readonly runs: number;
  readonly failures: number;
  /** When the run under way began; null while none is. */
  readonly busySince: Date | null;
  readonly lastSuccess: Date | null;
  readonly lastError: string | null;
  /** Milliseconds that the last run took. */
  readonly took: number | null;
}

export interface LoopOptions {
  readonly name: string;
  /** Milliseconds between two starts; a run that takes longer delays the next. */
  readonly every: number;
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Between the end of a run that took longer than its interval and the next, other work gets its turn. */
const LEAST_PAUSE = 100;
const MOST_WAITING = 1000;

/**
 * @returns a stopped loop; a run that throws is logged and counted, and the next one comes all the same. It is timed by the steady
 * clock: a machine whose time is set back an hour does not lose the hour.
 */
export function createLoop({ name, every, run, clock, log }: LoopOptions): Loop {
  const stopping = new AbortController();
  // A run may wait for many things at once, each of which listens.
  setMaxListeners(MOST_WAITING, stopping.signal);
  let current: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let started = false;
  let lastStart = Number.NEGATIVE_INFINITY;
  const status = {
    runs: 0,
    failures: 0,
    busySince: null as Date | null,
    lastSuccess: null as Date | null,
    lastError: null as string | null,
    took: null as number | null,
  };

  async function once(): Promise<void> {
    lastStart = steadyTime(clock);
    const began = performance.now();
    status.busySince = clock();
    status.runs++;
    try {
      await run(stopping.signal);
      status.lastSuccess = clock();
      status.lastError = null;
    } catch (error) {
      if (!stopping.signal.aborted) {
        status.failures++;
        status.lastError = (error as Error).message;
        log.error({ loop: name, err: error }, "run failed");
      }
    } finally {
      status.took = performance.now() - began;
      status.busySince = null;
      current = null;
      arm();
    }
  }
  /** Sets the time of the next run, unless it is set, a run is under way, or the loop does not go. */
  function arm(): void {
    if (started && !stopping.signal.aborted && current === null && timer === null) {
      const due = lastStart + every - steadyTime(clock);
      timer = setTimeout(
        () => {
          timer = null;
          begin().catch(() => {});
        },
        Number.isFinite(due) ? Math.max(LEAST_PAUSE, due) : 0,
      );
    }
  }
  function begin(): Promise<void> {
    if (stopping.signal.aborted) {
      return Promise.resolve();
    }
    if (timer !== null) {
      clearTimeout(timer);
      timer = null;
    }
    current ??= once();
    return current;
  }
  return {
    name,
    every,
    start() {
      started = true;
      arm();
    },
    async runNow() {
      await current;
      await begin();
    },
    async stop() {
      stopping.abort();
      if (timer !== null) {
        clearTimeout(timer);
        timer = null;
      }
      await current;
    },
    status: () => ({ ...status }),
  };
}
