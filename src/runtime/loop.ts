import { setMaxListeners } from "node:events";
import { schedule } from "node-cron";
import type { Logger } from "pino";
import type { Clock } from "../alert/clock.ts";

/** Something that is done again and again, never twice at the same time. */
export interface Loop {
  readonly name: string;
  /** Milliseconds between two starts. */
  readonly every: number;
  start(): void;
  /** Runs it now, or waits for the run that is under way and then runs it. */
  runNow(): Promise<void>;
  /** Stops the schedule, tells a run under way to end, and waits for it. */
  stop(): Promise<void>;
  status(): LoopStatus;
}

export interface LoopStatus {
  readonly runs: number;
  readonly failures: number;
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

const SECOND_TICK = "* * * * * *";
const TOLERANCE = 500;
const MOST_WAITING = 1000;

/** @returns a stopped loop; a run that throws is logged and counted, and the next one comes all the same */
export function createLoop({ name, every, run, clock, log }: LoopOptions): Loop {
  const stopping = new AbortController();
  // A run may wait for many things at once, each of which listens.
  setMaxListeners(MOST_WAITING, stopping.signal);
  let current: Promise<void> | null = null;
  let lastStart = Number.NEGATIVE_INFINITY;
  const status = {
    runs: 0,
    failures: 0,
    lastSuccess: null as Date | null,
    lastError: null as string | null,
    took: null as number | null,
  };

  async function once(): Promise<void> {
    lastStart = clock().getTime();
    const began = performance.now();
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
      current = null;
    }
  }
  const begin = () => {
    current ??= once();
    return current;
  };
  const task = schedule(
    SECOND_TICK,
    () => {
      if (current === null && clock().getTime() - lastStart >= every - TOLERANCE) {
        void begin();
      }
    },
    { name, suppressMissedWarning: true },
  );
  task.stop();
  return {
    name,
    every,
    start: () => void task.start(),
    async runNow() {
      await current;
      await begin();
    },
    async stop() {
      await task.destroy();
      stopping.abort();
      await current;
    },
    status: () => ({ ...status }),
  };
}
