/** The present; handed in so that tests can decide what time it is. */
export interface Clock {
  (): Date;
  /** Milliseconds that only go forward, whatever is done to the machine's time. Left out: the present stands for them. */
  readonly steady?: () => number;
}

/** The machine's own clock. */
export const systemClock: Clock = Object.assign(() => new Date(), { steady: () => performance.now() });

/**
 * Milliseconds for intervals, bounds and retries: a machine's time that is set back must not stop them. Only differences mean
 * something, and only within a process.
 */
export function steadyTime(clock: Clock): number {
  return clock.steady?.() ?? clock().getTime();
}

/** @returns true at the first call, and then at most once per `every` milliseconds */
export function atMostEvery(every: number, clock: Clock): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = steadyTime(clock);
    if (now - last < every) {
      return false;
    }
    last = now;
    return true;
  };
}
