import { openSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { inBackground } from "../../src/runtime/background.ts";
import { openLog } from "../../src/runtime/open-log.ts";

describe("work in the background", () => {
  it("leaves no rejection that nobody handles: its failure is logged", async () => {
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
