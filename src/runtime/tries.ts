import type { Logger } from "pino";
import { type Clock, steadyTime } from "../alert/clock.ts";

/** Tries each piece of work until it is done; a little later each time it fails, and a bounded number of times. */
export interface Tries {
  /** @returns true when the work was done now; false when it failed, is not due again yet, or was given up */
  attempt(key: string, work: () => Promise<unknown>): Promise<boolean>;
}

const FIRST_AGAIN = 30_000;
const MOST_TRIES = 8;
const MOST_KEYS = 1000;

/** @returns an empty memory of what has failed; a restart tries everything again */
export function createTries(clock: Clock, log: Logger): Tries {
  const failed = new Map<string, { count: number; next: number }>();
  return {
    async attempt(key, work) {
      const before = failed.get(key) ?? { count: 0, next: Number.NEGATIVE_INFINITY };
      if (before.count >= MOST_TRIES || steadyTime(clock) < before.next) {
        return false;
      }
      try {
        await work();
        failed.delete(key);
        return true;
      } catch (error) {
        const count = before.count + 1;
        const oldest = failed.size >= MOST_KEYS ? failed.keys().next().value : undefined;
        if (oldest !== undefined) {
          failed.delete(oldest);
        }
        failed.set(key, { count, next: steadyTime(clock) + FIRST_AGAIN * 2 ** before.count });
        const said = count >= MOST_TRIES ? "message failed for good" : "message failed, trying again later";
        log.error({ err: error, key, count }, said);
        return false;
      }
    },
  };
}
