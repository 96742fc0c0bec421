import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCatalogue } from "../../src/config/catalogue.ts";
import { loadConfig } from "../../src/config/load.ts";
import { createSimulation } from "../../src/demo/cmsweb/simulation.ts";
import { compose, type Running } from "../../src/main/compose.ts";
import { installedAlertmanager, type RealAlertmanager, startAlertmanager } from "./alertmanager-server.ts";
import { openMetricsHistory } from "./open-metrics-history.ts";
import { hasProgram, type MetricsServer, startPrometheus } from "./prometheus-server.ts";

const MINUTE = 60_000;
const alertmanagerProgram = installedAlertmanager();
const missing = [
  ...(hasProgram("prometheus") && hasProgram("promtool") ? [] : ["prometheus"]),
  ...(alertmanagerProgram.path === null ? ["prometheus-alertmanager"] : []),
];

/** Asks until the answer fits, at most for a minute and a half. */
async function eventually<T>(ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + 1.5 * MINUTE;
  for (;;) {
    const answer = await ask();
    if (fits(answer) || Date.now() > end) {
      return answer;
    }
    await sleep(500);
  }
}

/**
 * A real Prometheus whose blocks hold two hours of a simulated service and its next ten minutes, in which it goes wrong:
 * for whoever asks at step after step, that is a service that breaks just now.
 */
describe.skipIf(missing.length > 0)(
  `cmswatch serve with real servers${missing.length > 0 ? ` (missing: ${missing})` : ""}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "cmswatch-serve-"));
    let prometheus: MetricsServer;
    let alertmanager: RealAlertmanager;
    let running: Running;

    beforeAll(async () => {
      const services = join(folder, "services.yaml");
      writeFileSync(
        services,
        "services:\n- {name: dbs, namespace: dbs, workloads: [dbs2go-global-r], owners: [dbs-developers]}\n",
      );
      const simulation = createSimulation({ catalogue: loadCatalogue(services), seed: 3 });
      const now = Date.now();
      simulation.inject({ service: "dbs", kind: "point", from: new Date(now + 30_000), duration: 10 * MINUTE });
      const history = openMetricsHistory(simulation, {
        from: new Date(now - 120 * MINUTE),
        to: new Date(now + 10 * MINUTE),
        step: 5000,
      });
      prometheus = await startPrometheus({ history });
      alertmanager = await startAlertmanager(alertmanagerProgram.path ?? "");
      const file = join(folder, "cmswatch.yaml");
      writeFileSync(
        file,
        [
          `prometheus: { url: "${prometheus.url}", step: 5s }`,
          `alertmanager: { urls: ["${alertmanager.url}"] }`,
          `store: { url: ${join(folder, "data")} }`,
          `services: ${services}`,
          "intelligence: { every: 2s }",
          "detect: { detectors: [aefc], train: { history: 90m, minimum: 30m, epochs: 6 }, threshold: { open: 2, of: 3 }, backend: wasm }",
          "web: { listen: 127.0.0.1:0 }",
        ].join("\n"),
      );
      running = await compose(loadConfig(file, {}), {
        version: "test",
        log: pino({ level: "silent" }),
        health: () => ({ longestDelay: 0, rejections: 0 }),
        createWorld: null,
      });
    }, 180_000);
    afterAll(async () => {
      await running?.lifecycle.stop();
      await alertmanager?.remove();
      await prometheus?.stop();
      rmSync(folder, { recursive: true, force: true });
    }, 60_000);

    const alerts = async () => {
      const response = await fetch(`${alertmanager.url}/api/v2/alerts`).catch(() => null);
      return (response === null ? [] : await response.json()) as {
        labels: Record<string, string>;
        annotations: Record<string, string>;
      }[];
    };
    const status = async () => {
      const response = await fetch(`${running.url}/api/v1/status`);
      return (await response.json()) as { parts: { name: string; state: string }[] };
    };
    const stateOf = (name: string, { parts }: Awaited<ReturnType<typeof status>>) =>
      parts.find((part) => part.name === name)?.state;

    it("finds the anomaly with a trained autoencoder and puts its alert into Alertmanager", async () => {
      const found = await eventually(alerts, (list) => list.length > 0);
      expect(found[0]?.labels).toMatchObject({ alertname: "CMSWebAnomaly", service: "dbs", detector: "aefc" });
      expect(found[0]?.annotations["summary"]).toMatch(/latency|cpu/);
    });

    it("keeps running while Alertmanager is away, says so, and catches up", async () => {
      await alertmanager.stop();
      expect(
        stateOf("alertmanager", await eventually(status, (answer) => stateOf("alertmanager", answer) === "degraded")),
      ).toBe("degraded");
      await alertmanager.restart();
      expect(
        stateOf("alertmanager", await eventually(status, (answer) => stateOf("alertmanager", answer) === "ok")),
      ).toBe("ok");
      expect(await eventually(alerts, (list) => list.length > 0)).not.toEqual([]);
    });

    it("says that metrics are away, and keeps what it knew", async () => {
      await prometheus.stop();
      const answer = await eventually(status, (one) => stateOf("prometheus", one) === "degraded");
      expect(stateOf("prometheus", answer)).toBe("degraded");
      expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
    });
  },
);
