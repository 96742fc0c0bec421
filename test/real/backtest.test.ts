import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCatalogue } from "../../src/config/catalogue.ts";
import { createSimulation } from "../../src/demo/cmsweb/simulation.ts";
import type { BacktestReport } from "../../src/evaluate/backtest/report.ts";
import { cmswatch } from "../cli/run.ts";
import { openMetricsHistory } from "./open-metrics-history.ts";
import { hasProgram, type MetricsServer, startPrometheus } from "./prometheus-server.ts";

const MINUTE = 60_000;
const isMissing = !hasProgram("prometheus") || !hasProgram("promtool");

/** A real Prometheus whose blocks hold four hours of a simulated service, the last of which has ten bad minutes. */
describe.skipIf(isMissing)(
  `cmswatch backtest with a real Prometheus${isMissing ? " (missing: prometheus)" : ""}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "cmswatch-backtest-"));
    const end = Math.floor(Date.now() / MINUTE) * MINUTE - 10 * MINUTE;
    const from = new Date(end - 60 * MINUTE);
    const broken = new Date(end - 30 * MINUTE);
    const file = join(folder, "cmswatch.yaml");
    let prometheus: MetricsServer;

    beforeAll(async () => {
      const services = join(folder, "services.yaml");
      writeFileSync(
        services,
        "services:\n- {name: dbs, namespace: dbs, workloads: [dbs2go-global-r], owners: [dbs-developers]}\n",
      );
      const simulation = createSimulation({ catalogue: loadCatalogue(services), seed: 3 });
      simulation.inject({ service: "dbs", kind: "point", from: broken, duration: 10 * MINUTE });
      const history = openMetricsHistory(simulation, {
        from: new Date(end - 240 * MINUTE),
        to: new Date(end),
        step: 15_000,
      });
      prometheus = await startPrometheus({ history });
      const lines = [
        `prometheus: { url: "${prometheus.url}", step: 15s }`,
        `services: ${services}`,
        "slack: { channels: { default: C0ALL } }",
        "detect: { detectors: [default], train: { history: 3h, minimum: 1h } }",
      ];
      writeFileSync(file, lines.join("\n"));
    }, 180_000);
    afterAll(async () => {
      await prometheus?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it("finds what went wrong in the range, learning only from what came before", async () => {
      const range = ["--from", from.toISOString(), "--to", new Date(end).toISOString()];
      const { out, err, code } = await cmswatch(["backtest", "--config", file, ...range, "--json"]);
      expect(code, err).toBe(1);
      const report = JSON.parse(out) as BacktestReport;
      const found = report.alerts.find(
        ({ openedAt }) => Math.abs(Date.parse(openedAt) - broken.getTime()) < 3 * MINUTE,
      );
      expect(found).toMatchObject({ service: "dbs", told: ["channel C0ALL", "dbs-developers"] });
      expect(report.noise).toMatchObject({ entities: 1, missingShare: expect.any(Number) });
      expect(report.noise.alerts).toBeLessThanOrEqual(3);
    }, 120_000);

    it("says what to do where history is missing, and where the server is away", async () => {
      const early = ["--from", new Date(end - 239 * MINUTE).toISOString(), "--to", from.toISOString()];
      const { err } = await cmswatch(["backtest", "--config", file, ...early]);
      expect(err).toMatch(/nothing could be scored \(dbs is left out: \d+ points of history, 240 are needed\)/);
      await prometheus.stop();
      const range = ["--from", from.toISOString(), "--to", new Date(end).toISOString()];
      const away = await cmswatch(["backtest", "--config", file, ...range]);
      expect(away).toMatchObject({ code: 2, err: expect.stringContaining("check prometheus.url and the range") });
    }, 120_000);
  },
);
