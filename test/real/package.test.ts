import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const SCRIPT = join(import.meta.dirname, "../../scripts/check-package.mjs");

describe("the npm package", () => {
  it("installs in an empty folder without dev dependencies, and its commands and demo run", {
    timeout: 600_000,
  }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, "--json"]);
    const figures = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, number>;
    expect(figures["packedKilobytes"]).toBeLessThan(1500);
    expect(figures["demoPageSeconds"]).toBeGreaterThan(0);
  });
});
