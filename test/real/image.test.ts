import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const SCRIPT = join(import.meta.dirname, "../../scripts/check-image.mjs");

describe("the container image", () => {
  it("can be built from a clean checkout, and what is in it runs", { timeout: 600_000 }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT]);
    expect(stdout).toMatch(/image: every step works; \d+ MB without the base image/);
    expect(Number(/works; (\d+) MB/.exec(stdout)?.[1])).toBeLessThan(250);
  });
});
