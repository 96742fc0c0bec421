import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runningService, serviceFiles, startService, stopService } from "../../src/cli/service/process.ts";
import { fetchStatus, formatStatus } from "../../src/cli/service/status.ts";

const PROGRAM = [process.execPath, "--import", import.meta.resolve("tsx"), "src/main.ts"] as const;
const PATIENCE = 120_000;

describe("cmswatch in the background", () => {
  let folder: string;
  let config: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "cmswatch-service-"));
    config = join(folder, "cmswatch.yaml");
    const port = await freePort();
    writeFileSync(
      config,
      `alertmanager: embedded\nprometheus: "http://127.0.0.1:9"\nstore: { url: "${join(folder, "data")}" }\nweb: { listen: "127.0.0.1:${port}" }\n`,
    );
  });
  afterEach(async () => {
    await stopService(folder, PATIENCE, true);
    rmSync(folder, { recursive: true, force: true });
  });
  const start = (file = config) =>
    startService({
      folder,
      config: file,
      environment: { ...process.env, CMSWATCH_LOG_LEVEL: "info" },
      program: PROGRAM,
      patience: PATIENCE,
    });

  it("starts once, says how it is, and stops cleanly", async () => {
    const service = await start();
    expect(runningService(folder)).toEqual(service);
    await expect(start()).rejects.toThrow(`runs already as process ${service.pid}`);
    const answer = await vi.waitFor(
      async () => {
        const found = await fetchStatus(service.url, undefined);
        expect(found.parts.map(({ name }) => name)).toEqual(expect.arrayContaining(["alertmanager", "prometheus"]));
        return found;
      },
      { timeout: 60_000, interval: 200 },
    );
    expect(answer.fault).toBeNull();
    expect(answer.parts.find(({ name }) => name === "prometheus")?.state).toBe("degraded");
    expect(formatStatus(service, answer, new Date())).toMatch(/SOURCE +STATE +LAST SUCCESS +DETAILS/);
    expect((await stopService(folder, PATIENCE, false))?.pid).toBe(service.pid);
    expect(runningService(folder)).toBeNull();
    expect(readFileSync(serviceFiles(folder).log, "utf8")).toContain('"msg":"stopped"');
    expect(await stopService(folder, PATIENCE, false)).toBeNull();
    expect((await fetchStatus(service.url, undefined)).fault).toContain("ECONNREFUSED");
  });

  it("tells the last words of one that ends at once, and leaves nothing behind", async () => {
    const broken = join(folder, "broken.yaml");
    writeFileSync(broken, "alertmanger: embedded\n");
    await expect(start(broken)).rejects.toThrow(/ended at once \(code 2\).*\n.*alertmanger/s);
    expect(runningService(folder)).toBeNull();
  });

  it("takes no other process of the same number for its own", () => {
    const { pid } = serviceFiles(folder);
    const other = { pid: process.pid, started: "an earlier boot 1", since: "", url: "", config: "" };
    writeFileSync(pid, JSON.stringify(other));
    expect(runningService(folder)).toBeNull();
    writeFileSync(pid, '{"pid": 12');
    expect(runningService(folder)).toBeNull();
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
