import { EventEmitter } from "node:events";
import { openSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inBackground } from "../../src/runtime/background.ts";
import { spreadLastNet } from "../../src/runtime/last-net.ts";
import { openLog } from "../../src/runtime/open-log.ts";

describe("the last net", () => {
  it("logs and counts what nobody caught, and the process goes on", () => {
    const source = new EventEmitter();
    const logged: unknown[] = [];
    const net = spreadLastNet({ error: (fields: unknown) => void logged.push(fields) }, source);
    source.emit("unhandledRejection", new Error("no catch"));
    source.emit("uncaughtException", new Error("thrown in a timer"));
    expect(net.count()).toBe(2);
    expect(logged).toMatchObject([{ err: { message: "no catch" } }, { err: { message: "thrown in a timer" } }]);
    net.remove();
    expect(source.listenerCount("unhandledRejection")).toBe(0);
  });

  it("has nothing to catch from work in the background: its failure is logged", async () => {
    const logged: unknown[] = [];
    inBackground(
      Promise.reject(new Error("away")),
      { error: (fields: unknown) => void logged.push(fields) },
      "a flush",
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(logged).toMatchObject([{ err: { message: "away" }, what: "a flush" }]);
  });
});

describe("the log", () => {
  it.skipIf(process.platform !== "linux")("on a full disk loses lines and throws nothing", () => {
    const log = openLog({ fd: openSync("/dev/full", "w"), level: "info" });
    for (let line = 0; line < 5000; line++) {
      log.info({ line, text: "x".repeat(500) }, "more than may wait");
    }
  });
});
