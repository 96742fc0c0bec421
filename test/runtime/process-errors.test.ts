import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchEventLoop } from "../../src/runtime/event-loop.ts";
import { watchProcessErrors } from "../../src/runtime/process-errors.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("a rejection that nobody waits for is logged and counted, and the service goes on", async () => {
  const process = new EventEmitter();
  const log = { error: vi.fn(), fatal: vi.fn() };
  const watch = watchProcessErrors(log as never, process);
  process.emit("unhandledRejection", new Error("of one request"));
  expect(watch.rejections).toBe(1);
  expect(log.error).toHaveBeenCalledOnce();
  process.emit("uncaughtException", new Error("of a library"));
  expect(await watch.broken).toBe("an exception that nobody handled");
  watch.stop();
  expect(process.listenerCount("unhandledRejection")).toBe(0);
});

test("a blocked event loop is measured, and logged from a second on", () => {
  const histogram = { max: 40e6, enable: () => true, disable: vi.fn(() => true), reset: vi.fn() };
  const warn = vi.fn();
  const watch = watchEventLoop({ warn }, histogram);
  vi.advanceTimersByTime(10_000);
  expect([watch.longest, warn.mock.calls.length]).toEqual([0.04, 0]);
  histogram.max = 2.5e9;
  vi.advanceTimersByTime(10_000);
  expect(warn).toHaveBeenCalledWith({ seconds: 2.5 }, expect.stringContaining("blocked"));
  watch.stop();
  expect(histogram.disable).toHaveBeenCalled();
});
