import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Clock, systemClock } from "../../src/alert/clock.ts";
import { createLoop } from "../../src/runtime/loop.ts";

const log = pino({ level: "silent" });

describe("a loop", () => {
  beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-01-01T00:00:00.500Z") }));
  afterEach(() => void vi.useRealTimers());

  function counted(
    every: number,
    run: (signal: AbortSignal) => Promise<void> = async () => {},
    clock: Clock = () => new Date(),
  ) {
    const starts: number[] = [];
    const loop = createLoop({
      name: "test",
      every,
      clock,
      log,
      run: (signal) => {
        starts.push(Date.now());
        return run(signal);
      },
    });
    return { loop, starts };
  }

  it("runs at its interval and not after it is stopped", async () => {
    const { loop, starts } = counted(5000);
    loop.start();
    await vi.advanceTimersByTimeAsync(16_000);
    expect(starts).toHaveLength(4);
    await loop.stop();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(starts).toHaveLength(4);
  });

  it("goes on at its interval when the machine's time is set back an hour, and forth", async () => {
    const { loop, starts } = counted(5000, async () => {}, systemClock);
    loop.start();
    await vi.advanceTimersByTimeAsync(6000);
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(starts).toHaveLength(6);
    vi.setSystemTime(Date.now() + 7_200_000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(starts).toHaveLength(8);
    await loop.stop();
  });

  it("does nothing once it is stopped, whoever asks", async () => {
    const { loop, starts } = counted(1000);
    await loop.stop();
    loop.start();
    await loop.runNow();
    await vi.advanceTimersByTimeAsync(5000);
    expect(starts).toEqual([]);
  });

  it("says since when a run is under way", async () => {
    let release = () => {};
    const { loop } = counted(1000, () => new Promise<void>((resolve) => (release = resolve)));
    expect(loop.status().busySince).toBeNull();
    const run = loop.runNow();
    await vi.advanceTimersByTimeAsync(0);
    expect(loop.status().busySince).toEqual(new Date("2026-01-01T00:00:00.500Z"));
    release();
    await run;
    expect(loop.status().busySince).toBeNull();
    await loop.stop();
  });

  it("never runs twice at the same time", async () => {
    let release = () => {};
    const { loop, starts } = counted(
      1000,
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    loop.start();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(starts).toHaveLength(1);
    release();
    await vi.advanceTimersByTimeAsync(1500);
    expect(starts.length).toBeGreaterThan(1);
    release();
    await loop.stop();
  });

  it("goes on after a failure and remembers it until the next success", async () => {
    let failing = true;
    const { loop } = counted(1000, async () => {
      if (failing) {
        throw new Error("no route");
      }
    });
    await loop.runNow();
    expect(loop.status()).toMatchObject({ runs: 1, failures: 1, lastError: "no route", lastSuccess: null });
    failing = false;
    await loop.runNow();
    expect(loop.status()).toMatchObject({ runs: 2, failures: 1, lastError: null });
    await loop.stop();
  });

  it("tells a run under way to end when it is stopped, and waits for it", async () => {
    let ended = false;
    const untilAborted = (signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => {
          ended = true;
          resolve();
        });
      });
    const { loop } = counted(1000, untilAborted);
    void loop.runNow();
    await vi.advanceTimersByTimeAsync(0);
    await loop.stop();
    expect(ended).toBe(true);
  });
});
