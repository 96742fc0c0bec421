import { describe, expect, it } from "vitest";
import { loadCatalogue } from "../../../src/config/catalogue.ts";
import { defaultMetrics } from "../../../src/config/metrics.ts";
import { startExporter, toText } from "../../../src/demo/cmsweb/exporter.ts";
import { createExposition } from "../../../src/demo/cmsweb/families.ts";
import { createSimulation } from "../../../src/demo/cmsweb/simulation.ts";
import { createSimulatedSource } from "../../../src/demo/cmsweb/source.ts";
import { openMetricsHistory } from "../../real/open-metrics-history.ts";
import { acceleratedClock } from "./clock.ts";

const catalogue = loadCatalogue(null);
const NOW = new Date("2026-06-15T12:00:00Z");
const build = () => {
  const simulation = createSimulation({ catalogue, seed: 1 });
  return { simulation, source: createSimulatedSource(simulation, () => NOW) };
};
const query = (service: string, metric: string) => {
  const found = catalogue.find(service);
  return (found === null ? [] : defaultMetrics(found)).find(({ name }) => name === metric)?.query ?? "";
};
const ago = (milliseconds: number) => new Date(NOW.getTime() - milliseconds);

describe("simulated source", () => {
  it("answers the default metrics of every service", async () => {
    const { source } = build();
    for (const service of catalogue.services) {
      for (const metric of defaultMetrics(service)) {
        const [series] = await source.range(metric.query, ago(60_000), NOW, 15_000);
        expect(series?.times).toHaveLength(5);
      }
    }
  });

  it("knows nothing of the future", async () => {
    const { source } = build();
    const [series] = await source.range(query("dbs", "cpu"), ago(30_000), new Date(NOW.getTime() + 3_600_000), 15_000);
    expect(series?.times.at(-1)).toBe(NOW.getTime() / 1000);
  });

  it("leaves a gap where metrics are absent", async () => {
    const { simulation, source } = build();
    simulation.inject({ service: "dbs", kind: "absent", from: ago(60_000), duration: 30_000 });
    const [series] = await source.range(query("dbs", "cpu"), ago(60_000), NOW, 15_000);
    expect(series?.times).toHaveLength(3);
  });

  it("gives pods that add up to their service", async () => {
    const { source } = build();
    const pods = await source.instant('eagle_pod_container_resource_usage_cpu_cores{namespace="das"}', NOW);
    const [whole] = await source.instant(query("das", "cpu"), NOW);
    expect(pods.length).toBeGreaterThan(2);
    expect(pods.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(whole?.value ?? 0, 9);
  });

  it("says what it cannot answer, and stops when told", async () => {
    const { source } = build();
    await expect(source.instant("sum(rate(x[5m]))", NOW)).rejects.toThrow(/cannot answer `sum\(rate\(x\[5m\]\)\)`/);
    const range = source.range(
      query("dbs", "cpu"),
      ago(86_400_000),
      NOW,
      15_000,
      AbortSignal.abort(new Error("enough")),
    );
    await expect(range).rejects.toThrow("enough");
    await expect(source.range(query("dbs", "cpu"), new Date(0), NOW, 1)).rejects.toMatchObject({ tooLarge: true });
  });
});

describe("exporter", () => {
  it("shows counters that only grow, and whose rate is the request rate", () => {
    const { simulation } = build();
    const since = NOW.getTime() / 1000;
    const exposition = createExposition(simulation, since);
    const total = (seconds: number) =>
      exposition
        .at(seconds)
        .find(({ name }) => name === "nginx_ingress_controller_requests")
        ?.samples.filter(({ labels }) => labels["namespace"] === "dbs")
        .reduce((sum, { value }) => sum + value, 0) ?? 0;
    expect(total(since)).toBe(0);
    const [first, second] = [total(since + 60), total(since + 120)];
    expect((second - first) / 60).toBeCloseTo(simulation.sample("dbs", since + 60).requests, -2);
    expect(second).toBeGreaterThan(first);
  });

  it("serves the text format on loopback", async () => {
    const { simulation } = build();
    const exporter = await startExporter(simulation, () => NOW);
    const text = await (await fetch(exporter.url)).text();
    expect(text).toMatch(/^# HELP eagle_pod_container_resource_usage_cpu_cores /m);
    expect(text).toMatch(
      /^nginx_ingress_controller_requests\{namespace="dbs",service="dbs2go-global-r",status="200"\} 0$/m,
    );
    expect((await fetch(exporter.url.replace("/metrics", "/other"))).status).toBe(404);
    await exporter.close();
  });

  it("writes history a family at a time with the end mark", () => {
    const { simulation } = build();
    const text = [...openMetricsHistory(simulation, { from: ago(30_000), to: NOW, step: 15_000 })].join("");
    expect(text.match(/^# TYPE /gm)).toHaveLength(5);
    expect(text.endsWith("# EOF\n")).toBe(true);
    expect(text).toContain(` ${NOW.getTime() / 1000}\n`);
  });

  it("escapes label values", () => {
    const labels = { path: 'a"b\\c\nd' };
    const text = toText([{ name: "x", type: "gauge", help: "X.", samples: [{ labels, value: 1 }] }]);
    expect(text).toContain('x{path="a\\"b\\\\c\\nd"} 1');
  });
});

describe("accelerated clock", () => {
  it("runs a factor faster from its start", () => {
    let real = 1000;
    const clock = acceleratedClock(new Date(0), 60, () => new Date(real));
    real += 1000;
    expect(clock()).toEqual(new Date(60_000));
  });
});
