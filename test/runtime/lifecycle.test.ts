import { pino } from "pino";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createLifecycle, untilInterrupted } from "../../src/runtime/lifecycle.ts";

const log = pino({ level: "silent" });

describe("a lifecycle", () => {
  afterEach(() => void vi.useRealTimers());

  it("stops in reverse order, whatever fails", async () => {
    const lifecycle = createLifecycle(log);
    const stopped: string[] = [];
    lifecycle.onStop("store", () => void stopped.push("store"));
    lifecycle.onStop("broken", () => {
      throw new Error("no");
    });
    lifecycle.onStop("web", async () => void stopped.push("web"));
    await lifecycle.stop();
    expect(stopped).toEqual(["web", "store"]);
  });

  it("does not wait for ever for a part that hangs", async () => {
    vi.useFakeTimers();
    const lifecycle = createLifecycle(log);
    let stopped = false;
    lifecycle.onStop("store", () => {
      stopped = true;
    });
    lifecycle.onStop("hanging", () => new Promise(() => {}));
    const done = lifecycle.stop();
    await vi.advanceTimersByTimeAsync(11_000);
    await done;
    expect(stopped).toBe(true);
  });

  it("ends when it is asked to", async () => {
    const controller = new AbortController();
    const ended = untilInterrupted(controller.signal);
    controller.abort();
    expect(await ended).toBe("asked to stop");
  });
});
