import { setTimeout as wait } from "node:timers/promises";

/** Waits, unless it is told to stop. */
export async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal });
}
