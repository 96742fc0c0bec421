import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCatalogue } from "../../src/config/catalogue.ts";
import { defaultMetrics } from "../../src/config/metrics.ts";
import { startExporter } from "../../src/demo/cmsweb/exporter.ts";
import { createSimulation } from "../../src/demo/cmsweb/simulation.ts";
import { createPrometheusClient } from "../../src/prometheus/client.ts";
import type { MetricSource } from "../../src/prometheus/source.ts";
import { openMetricsHistory } from "./open-metrics-history.ts";
import { hasProgram, type MetricsServer, startPrometheus, startVictoriaMetrics } from "./prometheus-server.ts";

const catalogue = loadCatalogue(null);
const NOW = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000;
const FROM = new Date(NOW - 2 * 3_600_000);
const TO = new Date(NOW);
const history = () =>
  openMetricsHistory(createSimulation({ catalogue, seed: 1 }), { from: FROM, to: TO, step: 15_000 });
const queryOf = (service: string, metric: string) => {
  const found = catalogue.find(service);
  return (found === null ? [] : defaultMetrics(found)).find(({ name }) => name === metric)?.query ?? "";
};

const SERVERS = [
  ["Prometheus", "prometheus", startPrometheus],
  ["VictoriaMetrics", "victoria-metrics", startVictoriaMetrics],
] as const;

describe.each(SERVERS)("client against a real %s", (_, program, start) => {
  const missing = !hasProgram(program);
  let server: MetricsServer;
  let client: MetricSource;
  beforeAll(async () => {
    if (missing) {
      console.warn(`${program} is not installed: skipped`);
      return;
    }
    server = await start({ history: history() });
    client = createPrometheusClient({ url: server.url, timeout: 30_000 });
  });
  afterAll(() => server?.stop());

  it.skipIf(missing)("finds the simulated values under the default queries", async () => {
    const simulation = createSimulation({ catalogue, seed: 1 });
    const [cpu] = await client.range(queryOf("dbs", "cpu"), FROM, TO, 15_000);
    expect(cpu?.times).toHaveLength(481);
    cpu?.values.forEach((value, index) => {
      expect(value).toBeCloseTo(simulation.sample("dbs", cpu.times[index] ?? 0).cpu, 6);
    });
    const [requests] = await client.range(queryOf("dbs", "requests"), new Date(FROM.getTime() + 120_000), TO, 15_000);
    const middle = requests?.values[200] ?? 0;
    const expected = simulation.sample("dbs", requests?.times[200] ?? 0).requests;
    expect(middle / expected).toBeGreaterThan(0.9);
    expect(middle / expected).toBeLessThan(1.1);
    const [latency] = await client.range(queryOf("dbs", "latency"), new Date(FROM.getTime() + 120_000), TO, 15_000);
    expect((latency?.values[200] ?? 0) / simulation.sample("dbs", latency?.times[200] ?? 0).latency).toBeCloseTo(1, 0);
  });

  it.skipIf(missing)("answers each of the default queries of every service", async () => {
    for (const service of catalogue.services) {
      for (const { query } of defaultMetrics(service)) {
        expect(await client.instant(query, TO), query).toHaveLength(1);
      }
    }
  });

  it.skipIf(missing)("reads a range of more than 11,000 points", async () => {
    const query = 'sum(eagle_pod_container_resource_usage_cpu_cores{namespace="das"})';
    const [series] = await client.range(query, FROM, TO, 500);
    expect(series?.times).toHaveLength(14_401);
  });

  it.skipIf(missing)("says what is wrong with a query", async () => {
    await expect(client.instant("sum(", TO)).rejects.toThrow(/`sum\(`, got 4\d\d .*fix/);
  });

  it.skipIf(missing)("gives no series for a metric nobody has, and is reachable", async () => {
    expect(await client.range("nobody_has_this", FROM, TO, 15_000)).toEqual([]);
    expect(await client.reachable()).toEqual({ ok: true });
  });
});

describe("exporter scraped by a real Prometheus", () => {
  it.skipIf(!hasProgram("prometheus"))("is up and its gauges arrive", async () => {
    const exporter = await startExporter(createSimulation({ catalogue, seed: 1 }), () => new Date());
    const server = await startPrometheus({
      scrapeConfigs: [
        {
          job_name: "cmsweb",
          scrape_interval: "1s",
          honor_labels: true,
          static_configs: [{ targets: [`127.0.0.1:${exporter.port}`] }],
        },
      ],
    });
    const client = createPrometheusClient({ url: server.url, timeout: 5000 });
    await expect
      .poll(async () => (await client.instant(queryOf("frontend", "cpu"), new Date())).length, { timeout: 20_000 })
      .toBe(1);
    await server.stop();
    await exporter.close();
  });
});
