import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { loadCatalogue } from "../../src/config/catalogue.ts";
import { loadConfig } from "../../src/config/load.ts";
import { createSimulation } from "../../src/demo/cmsweb/simulation.ts";
import { compose } from "../../src/main/compose.ts";
import { installedAlertmanager, startAlertmanager } from "../real/alertmanager-server.ts";
import { openMetricsHistory } from "../real/open-metrics-history.ts";
import { hasProgram, startPrometheus } from "../real/prometheus-server.ts";

const MINUTE = 60_000;

/** Programs that are needed and not installed. */
export const missingServers = [
  ...(hasProgram("prometheus") && hasProgram("promtool") ? [] : ["prometheus"]),
  ...(installedAlertmanager().path === null ? ["prometheus-alertmanager"] : []),
];

/**
 * The whole of cmswatch on a real Prometheus, whose blocks hold two hours of a simulated DBS and the next ten minutes in
 * which it goes wrong, and on a real Alertmanager. `ada` is an operator by token.
 */
export async function startWholeService(token: string) {
  const folder = mkdtempSync(join(tmpdir(), "cmswatch-whole-"));
  const services = join(folder, "services.yaml");
  writeFileSync(
    services,
    "services: [{ name: dbs, namespace: dbs, workloads: [dbs2go-global-r], owners: [dbs-developers] }]\n",
  );
  const simulation = createSimulation({ catalogue: loadCatalogue(services), seed: 3 });
  const now = Date.now();
  simulation.inject({ service: "dbs", kind: "point", from: new Date(now + 20_000), duration: 10 * MINUTE });
  const [from, to] = [new Date(now - 120 * MINUTE), new Date(now + 10 * MINUTE)];
  const prometheus = await startPrometheus({ history: openMetricsHistory(simulation, { from, to, step: 5000 }) });
  const alertmanager = await startAlertmanager(installedAlertmanager().path ?? "");
  const file = join(folder, "cmswatch.json");
  writeFileSync(
    file,
    JSON.stringify({
      prometheus: { url: prometheus.url, step: "5s" },
      alertmanager: { urls: [alertmanager.url] },
      store: { url: join(folder, "data") },
      services,
      intelligence: { every: "2s" },
      detect: {
        detectors: ["aefc"],
        train: { history: "90m", minimum: "30m", epochs: 6 },
        threshold: { open: 2, of: 3 },
        backend: "wasm",
      },
      web: { listen: "127.0.0.1:0", tokens: [{ token, name: "ada", role: "operator" }] },
    }),
  );
  const log = pino({ level: "silent" });
  const running = await compose(loadConfig(file, {}), {
    version: "test",
    log,
    health: () => ({ longestDelay: 0, rejections: 0 }),
    createWorld: null,
  });
  return {
    url: running.url,
    alertmanager,
    async stop() {
      await running.lifecycle.stop();
      await alertmanager.remove();
      await prometheus.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
