import { describe, expect, it } from "vitest";
import { runScheduled } from "../../src/tickets/schedule.ts";

/** Time that moves only when somebody sleeps; everybody who sleeps wakes in the order of their times. */
function fakeTime(end: number, stop: AbortController) {
  let now = 0;
  const sleepers: { at: number; wake: () => void }[] = [];
  const step = () => {
    sleepers.sort((left, right) => left.at - right.at);
    const next = sleepers.shift();
    if (next === undefined || next.at > end) {
      stop.abort();
      next?.wake();
      return;
    }
    now = next.at;
    next.wake();
  };
  return {
    clock: () => new Date(now),
    sleep: (milliseconds: number) =>
      new Promise<void>((wake) => {
        sleepers.push({ at: now + milliseconds, wake });
        setImmediate(step);
      }),
  };
}

describe("runScheduled", () => {
  it("runs each source at its interval, with refreshes in between", async () => {
    const stop = new AbortController();
    const time = fakeTime(700_000, stop);
    const log: string[] = [];
    const note = (what: string) => () => {
      log.push(`${time.clock().getTime() / 1000} ${what}`);
      return Promise.resolve();
    };
    await runScheduled([{ every: 300_000, run: note("run"), refresh: note("refresh") }], time, stop.signal);
    expect(log).toEqual([
      "0 run",
      "100 refresh",
      "200 refresh",
      "300 run",
      "400 refresh",
      "500 refresh",
      "600 run",
      "700 refresh",
    ]);
  });

  it("does not run at all when it is stopped before", async () => {
    const runs: string[] = [];
    const run = () => Promise.resolve(runs.push("run"));
    const source = { every: 1, run, refresh: () => Promise.resolve() };
    await runScheduled([source], { clock: () => new Date(0), sleep: () => Promise.resolve() }, AbortSignal.abort());
    expect(runs).toEqual([]);
  });

  it("stops all sources and fails when one has a fault that nobody predicted", async () => {
    const stop = new AbortController();
    const time = fakeTime(1_000_000, stop);
    const broken = {
      every: 1000,
      run: () => Promise.reject(new Error("store gone")),
      refresh: () => Promise.resolve(),
    };
    const well = { every: 1000, run: () => Promise.resolve(), refresh: () => Promise.resolve() };
    await expect(runScheduled([broken, well], time, stop.signal)).rejects.toThrow("store gone");
    expect(stop.signal.aborted).toBe(false);
  });
});
