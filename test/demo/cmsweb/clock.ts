import type { Clock } from "../../../src/alert/clock.ts";

/** A clock that starts at `start` and runs `factor` times as fast as the one it is built on. */
export function acceleratedClock(start: Date, factor: number, real: Clock): Clock {
  const origin = real().getTime();
  return () => new Date(start.getTime() + (real().getTime() - origin) * factor);
}
