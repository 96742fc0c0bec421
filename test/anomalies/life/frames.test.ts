import { describe, expect, it } from "vitest";
import { entityName, fetchFrames } from "../../../src/anomalies/life/frames.ts";
import { loadCatalogue } from "../../../src/config/catalogue.ts";
import { type EntitySpec, entitySpecs } from "../../../src/config/entities.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { MetricSource, Series } from "../../../src/prometheus/source.ts";

const from = new Date(1_000_000_000_000);
const to = new Date(1_000_000_045_000);

function series(labels: Record<string, string>, points: readonly (readonly [number, number])[]): Series {
  return {
    labels,
    times: Float64Array.from(points, ([offset]) => from.getTime() / 1000 + offset),
    values: Float64Array.from(points, ([, value]) => value),
  };
}

function source(answers: Record<string, readonly Series[]>): MetricSource {
  return {
    name: "test",
    range: async (query) => answers[query] ?? [],
    instant: async () => [],
    reachable: async () => ({ ok: true }),
  };
}

const spec = (by: readonly string[], name = "dbs"): EntitySpec => ({
  name,
  service: "dbs",
  by,
  metrics: [
    { name: "cpu", query: "cpu", unit: "" },
    { name: "memory", query: "memory", unit: "" },
  ],
});
const fetch = (answers: Record<string, readonly Series[]>, wanted: EntitySpec) =>
  fetchFrames(source(answers), wanted, from, to, 15_000, new AbortController().signal);

describe("fetchFrames", () => {
  it("lays metrics out on one grid, with NaN where a value is missing", async () => {
    const frames = await fetch(
      {
        cpu: [
          series({}, [
            [0, 1],
            [30, 3],
          ]),
        ],
        memory: [series({}, [[15, 20]])],
      },
      spec([]),
    );
    const frame = frames.get("dbs");
    expect(frame?.rows).toBe(4);
    expect([...(frame?.values ?? [])]).toEqual([1, Number.NaN, Number.NaN, 20, 3, Number.NaN, Number.NaN, Number.NaN]);
    expect(frame?.times?.[3]).toBe(to.getTime() / 1000);
  });

  it("gives a whole service without any answer as rows of missing values, not as nothing", async () => {
    const frame = (await fetch({}, spec([]))).get("dbs");
    expect(frame?.values.every(Number.isNaN)).toBe(true);
  });

  it("splits by labels into entities, each with its own values", async () => {
    const frames = await fetch(
      {
        cpu: [series({ pod: "a" }, [[0, 1]]), series({ pod: "b" }, [[0, 2]])],
        memory: [series({ pod: "b" }, [[0, 9]])],
      },
      spec(["pod"], "dbs {{pod}}"),
    );
    expect([...frames.keys()]).toEqual(["dbs a", "dbs b"]);
    expect(frames.get("dbs b")?.values.slice(0, 2)).toEqual(Float64Array.of(2, 9));
  });

  it("refuses a query that gives several series for one entity, and says what to do", async () => {
    const answers = { cpu: [series({ pod: "a" }, []), series({ pod: "b" }, [])] };
    await expect(fetch(answers, spec([]))).rejects.toThrow("metric cpu gives several series for dbs: aggregate it");
  });
});

describe("entities", () => {
  it("are the catalogue's services with their default metrics when none are configured", () => {
    const specs = entitySpecs(loadConfig(null, {}), loadCatalogue(null));
    expect(specs).toHaveLength(24);
    expect(specs.find(({ name }) => name === "dbs")?.metrics.map(({ name }) => name)).toEqual([
      "requests",
      "latency",
      "cpu",
      "memory",
    ]);
  });

  it("are named by their template, or by the service and their labels", () => {
    expect(entityName(spec(["pod"], "x {{ pod }}"), { pod: "p" })).toBe("x p");
    expect(entityName(spec(["pod"]), { pod: "p" })).toBe("dbs/p");
  });
});
