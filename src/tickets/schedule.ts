import { steadyTime } from "../alert/clock.ts";
import type { SourceTools } from "./system.ts";

/** What is to be done again and again for one source. */
export interface Scheduled {
  /** Milliseconds from one run to the next. */
  readonly every: number;
  readonly run: () => Promise<unknown>;
  readonly refresh: () => Promise<void>;
}

/** Three refreshes fit into Alertmanager's usual resolve timeout of five minutes. */
const REFRESH_EVERY = 100_000;

/**
 * Runs each source at its interval, with refreshes in between, until the signal aborts; a run under way is finished.
 * Sources do not wait for each other, and no run overlaps the one before it.
 * @throws the first fault of the program itself, after all sources have stopped
 */
export async function runScheduled(
  sources: readonly Scheduled[],
  tools: Pick<SourceTools, "sleep" | "clock">,
  signal: AbortSignal,
): Promise<void> {
  const stopping = new AbortController();
  const stop = AbortSignal.any([signal, stopping.signal]);
  const loops = sources.map((source) =>
    runOne(source, tools, stop).catch((error: unknown) => {
      stopping.abort();
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(loops);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) {
    throw failed.reason;
  }
}

async function runOne(
  { every, run, refresh }: Scheduled,
  { sleep, clock }: Pick<SourceTools, "sleep" | "clock">,
  stop: AbortSignal,
): Promise<void> {
  const pause = (milliseconds: number) =>
    sleep(milliseconds, stop).catch((error: unknown) => {
      if (!stop.aborted) {
        throw error;
      }
    });
  while (!stop.aborted) {
    const next = steadyTime(clock) + every;
    await run();
    for (let left = next - steadyTime(clock); left > 0 && !stop.aborted; left = next - steadyTime(clock)) {
      await pause(Math.min(left, REFRESH_EVERY));
      if (!stop.aborted && next > steadyTime(clock)) {
        await refresh();
      }
    }
  }
}
