import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadCatalogue } from "../../../src/config/catalogue.ts";
import { configSchema } from "../../../src/config/schema.ts";
import { asRate, bareMetric, isCounter, withRates } from "../../../src/prometheus/collect/counters.ts";
import { fileName } from "../../../src/prometheus/collect/files.ts";
import { isOriginal, planConfig, planMetrics, readOriginal } from "../../../src/prometheus/collect/plan.ts";

describe("original configuration", () => {
  const tree = { prometheus_url: "http://vm:8428/prometheus/api/v1/query_range", metrices: ["a", "b", "a"] };
  it("is known by its key, and read with its misspelt list", () => {
    expect(isOriginal(tree)).toBe(true);
    expect(isOriginal({ prometheus: {} })).toBe(false);
    expect(readOriginal(tree, "c.json")).toEqual({ url: tree.prometheus_url, metrics: ["a", "b"] });
  });

  it.each([
    [{ ...tree, prometheus_url: "vm" }, /c.json: `prometheus_url` is not an http\(s\) address/],
    [{ prometheus_url: tree.prometheus_url }, /`metrices` names no metric/],
    [{ ...tree, metrices: "a" }, /`metrices`/],
  ])("says what is wrong in %o", (wrong, message) => {
    expect(() => readOriginal(wrong, "c.json")).toThrow(message);
  });
});

describe("entities", () => {
  it("are named by namespace, pod and container, and kept apart by a fingerprint", () => {
    const [query] = planMetrics(["eagle_cpu"], []);
    const labels = { __name__: "eagle_cpu", namespace: "das", pod: "das-1", container: "das" };
    const name = query?.entity(labels);
    expect(name).toMatch(/^das\/das-1\/das\/[0-9a-f]{8}$/);
    expect(query?.entity({ ...labels, __name__: "eagle_memory" })).toBe(name);
    expect(query?.entity({ ...labels, node: "n2" })).not.toBe(name);
  });

  it("are named by the labels asked for; series without them are left out", () => {
    const [query] = planMetrics(["up"], ["pod"]);
    expect([query?.entity({ pod: "a" }), query?.entity({ job: "b" })]).toEqual(["a", null]);
  });

  it("come from the configuration, or from the catalogue", () => {
    const metrics = { cpu: "sum by (pod) (x)" };
    const config = configSchema.parse({
      detect: { entities: [{ name: "das {{pod}}", service: "das", by: ["pod"], metrics }] },
    });
    const [query] = planConfig(config, loadCatalogue(null));
    expect([query?.metric, query?.entity({ pod: "p" }), query?.entity({})]).toEqual(["cpu", "das p", null]);
    const all = planConfig(configSchema.parse({}), loadCatalogue(null));
    expect(all).toHaveLength(24 * 4);
    expect(all[0]?.entity({})).toBe("dbs");
  });
});

describe("counters", () => {
  it.each([
    ["up", "up"],
    [' x_total{a="b"} ', "x_total"],
    ["rate(x_total[5m])", null],
    ["a + b", null],
    ["x_total[5m]", null],
  ])("%s is a bare selector of %s", (query, metric) => {
    expect(bareMetric(query)).toBe(metric);
  });

  it("are known by what the server says, else by their name", () => {
    expect([isCounter("requests", "counter"), isCounter("x_total", "gauge")]).toEqual([true, false]);
    expect([isCounter("x_total", null), isCounter("eagle_cpu_cores", null)]).toEqual([true, false]);
  });

  it("become rates over four steps or a minute", async () => {
    expect([asRate("x_total", 15_000), asRate("x_total", 300_000)]).toEqual([
      "rate(x_total[60s])",
      "rate(x_total[1200s])",
    ]);
    const queries = await withRates(planMetrics(["x_total", "sum(y_total)", "z"], []), 15_000, async () => null);
    expect(queries.map(({ query }) => query)).toEqual(["rate(x_total[60s])", "sum(y_total)", "z"]);
  });
});

describe("file names", () => {
  it("stay inside the folder, are bounded, and differ for different names", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.string({ maxLength: 300 }), (left, right) => {
        expect(fileName(left)).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/);
        expect(fileName(left).length).toBeLessThan(140);
        expect(fileName(left) === fileName(right)).toBe(left === right);
      }),
    );
  });
});
