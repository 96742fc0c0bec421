import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { compose, type Running } from "../../src/main/compose.ts";
import { installedAlertmanager, type RealAlertmanager, startAlertmanager } from "./alertmanager-server.ts";

const program = installedAlertmanager().path;

describe.skipIf(program === null)(
  `a real Alertmanager that restarts${program === null ? " (missing: prometheus-alertmanager)" : ""}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "cmswatch-restart-"));
    let alertmanager: RealAlertmanager;
    let running: Running;

    beforeAll(async () => {
      alertmanager = await startAlertmanager(program ?? "");
      const config = configSchema.parse({
        alertmanager: { urls: [alertmanager.url] },
        prometheus: { url: "http://127.0.0.1:9" },
        store: { url: join(folder, "data") },
        intelligence: { every: "1s" },
        web: { listen: "127.0.0.1:0" },
      });
      const health = () => ({ longestDelay: 0, rejections: 0 });
      running = await compose(config, { version: "test", log: pino({ level: "silent" }), health, createWorld: null });
    }, 120_000);
    afterAll(async () => {
      await running?.lifecycle.stop();
      await alertmanager?.remove();
      rmSync(folder, { recursive: true, force: true });
    }, 60_000);

    const patience = { timeout: 30_000, interval: 200 };
    const groups = () => running.service.current.groups.last() ?? [];
    const source = () => running.service.current.sources().find(({ name }) => name === "alertmanager");

    it("ends nothing: what fired and what was acknowledged stays so", async () => {
      const alert = (alertname: string, service: string) => ({ labels: { alertname, service, severity: "high" } });
      const sent = await fetch(`${alertmanager.url}/api/v2/alerts`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify([alert("DBSDown", "dbs"), alert("FrontendSlow", "frontend")]),
      });
      expect(sent.status).toBe(200);
      await vi.waitFor(() => expect(groups()).toHaveLength(2), patience);
      const dbs = groups().find(({ service }) => service === "dbs");
      const by = { person: { name: "ada" }, via: "web" } as const;
      expect(await running.service.actions.acknowledge(dbs?.id ?? "", by)).toMatchObject({ ok: true });
      await vi.waitFor(
        () =>
          expect(
            groups()
              .map(({ state }) => state)
              .sort(),
          ).toEqual(["acknowledged", "firing"]),
        patience,
      );
      await alertmanager.stop();
      await vi.waitFor(() => expect(source()?.state).toBe("down"), patience);
      await alertmanager.restart();
      await vi.waitFor(
        () => expect(source()).toMatchObject({ state: "ok", because: expect.stringContaining("restarted") }),
        patience,
      );
      const runsBefore = running.service.loops.find(({ name }) => name === "alerts")?.status().runs ?? 0;
      await vi.waitFor(() => {
        const runs = running.service.loops.find(({ name }) => name === "alerts")?.status().runs ?? 0;
        expect(runs).toBeGreaterThan(runsBefore + 20);
      }, 60_000);
      expect(
        groups()
          .map(({ state }) => state)
          .sort(),
      ).toEqual(["acknowledged", "firing"]);
    });
  },
);
