import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Labels } from "../../../src/alert/alert.ts";
import { collect } from "../../../src/prometheus/collect/collect.ts";
import { joinEntities } from "../../../src/prometheus/collect/join.ts";
import type { CollectQuery } from "../../../src/prometheus/collect/plan.ts";
import { type MetricSource, MetricSourceError, type Series } from "../../../src/prometheus/source.ts";

const STEP = 15_000;
const START = new Date("2026-06-15T00:00:00Z");
const at = (points: number) => new Date(START.getTime() + points * STEP);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cmswatch-collect-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Series that exist over some points of the grid; their value is the number of the point. */
interface Made {
  readonly labels: Labels;
  readonly points: readonly (readonly [number, number])[];
}

/** A source of made series that can fail: `before` is called with the number of the question. */
function madeSource(made: readonly Made[], before: (count: number, points: number) => void = () => {}): MetricSource {
  let count = 0;
  return {
    name: "made",
    async range(_, from, to, step): Promise<readonly Series[]> {
      count += 1;
      before(count, (to.getTime() - from.getTime()) / step + 1);
      return made.flatMap(({ labels, points }) => {
        const times: number[] = [];
        const values: number[] = [];
        for (let time = from.getTime(); time <= to.getTime(); time += step) {
          const index = (time - START.getTime()) / STEP;
          if (points.some(([first, last]) => index >= first && index <= last)) {
            times.push(time / 1000);
            values.push(index);
          }
        }
        return times.length === 0
          ? []
          : [{ labels, times: Float64Array.from(times), values: Float64Array.from(values) }];
      });
    },
    instant: async () => [],
    reachable: async () => ({ ok: true }),
  };
}

const byPod = (metric: string): CollectQuery => ({
  metric,
  query: metric,
  of: "test",
  entity: (labels) => labels["pod"] ?? null,
});
const job = (points: number, queries = [byPod("cpu")]) => ({
  queries,
  start: START,
  end: at(points),
  step: STEP,
  source: "made",
  folder,
});
const read = (path: string) => readFileSync(join(folder, path), "utf8");
const lines = (path: string) => read(path).trimEnd().split("\n");
const tables = () =>
  Object.fromEntries(readdirSync(join(folder, "cpu")).map((name) => [name, read(join("cpu", name))]));

describe("collect", () => {
  it("writes a table per metric and entity, with series that come late, go, and have gaps", async () => {
    const source = madeSource([
      { labels: { pod: "a" }, points: [[0, 2999]] },
      {
        labels: { pod: "late" },
        points: [
          [1500, 1600],
          [2500, 2501],
        ],
      },
    ]);
    const result = await collect(source, job(2999));
    expect(result).toMatchObject({ series: 2, rows: 3103, resumed: false, empty: [] });
    expect(lines("cpu/a.csv")).toHaveLength(3001);
    expect(lines("cpu/late.csv").slice(0, 2)).toEqual(["timestamp,value", `${at(1500).getTime() / 1000},1500`]);
    expect(lines("cpu/late.csv")).toHaveLength(104);
  });

  it("goes on after a failure and gives the same tables as an uninterrupted run", async () => {
    const made = [
      { labels: { pod: "a" }, points: [[0, 9000]] as const },
      { labels: { pod: "b" }, points: [[1200, 9000]] as const },
    ];
    const failing = madeSource(made, (count) => {
      if (count === 2) {
        throw new MetricSourceError("away", true);
      }
    });
    await expect(collect(failing, job(9000))).rejects.toThrow("away");
    writeFileSync(join(folder, "cpu", "a.csv"), `${read("cpu/a.csv")}123,456\n12`);
    writeFileSync(join(folder, "cpu", "b.csv"), "half a ta");
    const result = await collect(madeSource(made), job(9000));
    expect(result.resumed).toBe(true);
    const resumed = tables();
    rmSync(folder, { recursive: true });
    await collect(madeSource(made), job(9000));
    expect(resumed).toEqual(tables());
  });

  it("asks nothing again when all is there", async () => {
    let asked = 0;
    const source = madeSource([{ labels: { pod: "a" }, points: [[0, 100]] }], () => {
      asked += 1;
    });
    await collect(source, job(100));
    const again = await collect(source, job(100));
    expect(asked).toBe(1);
    expect(again).toMatchObject({ rows: 0, resumed: true, empty: [] });
  });

  it("asks for less when an answer is too large", async () => {
    const asked: number[] = [];
    const source = madeSource([{ labels: { pod: "a" }, points: [[0, 500]] }], (_, points) => {
      asked.push(points);
      if (points > 100) {
        throw new MetricSourceError("too large", false, { tooLarge: true });
      }
    });
    expect((await collect(source, job(400))).rows).toBe(401);
    expect(asked).toEqual([401, 101, 26, ...Array.from({ length: 14 }, () => 26), 11]);
    rmSync(folder, { recursive: true });
    const stubborn = madeSource([], () => {
      throw new MetricSourceError("too large", false, { tooLarge: true });
    });
    await expect(collect(stubborn, job(500))).rejects.toThrow("too large");
  });

  it("keeps the points of an answer within bounds, however many series there are", async () => {
    const asked: number[] = [];
    const made = Array.from({ length: 500 }, (_, index) => ({
      labels: { pod: `p${index}` },
      points: [[0, 1]] as const,
    }));
    const keepAlive = { labels: { pod: "long" }, points: [[0, 4000]] as const };
    await collect(
      madeSource([...made, keepAlive], (_, points) => asked.push(points)),
      job(4000),
    );
    expect(asked.slice(0, 2)).toEqual([1000, Math.floor(400_000 / 501)]);
  });

  it("says which query gave nothing", async () => {
    const result = await collect(madeSource([]), job(10));
    expect(result.empty).toEqual(["test: cpu"]);
  });

  it("refuses two series of one entity, and another collection in the folder", async () => {
    const twins = [
      { labels: { pod: "a", container: "x" }, points: [[0, 1]] as const },
      { labels: { pod: "a", container: "y" }, points: [[0, 1]] as const },
    ];
    await expect(collect(madeSource(twins), job(1))).rejects.toThrow(/two series are cpu of a: .*"x".*"y".*--by/);
    await collect(madeSource([]), job(1));
    await expect(collect(madeSource([]), job(2))).rejects.toThrow(
      /holds another collection \(1 queries.*choose another --output-dir/,
    );
    writeFileSync(join(folder, "collect.json"), "{");
    await expect(collect(madeSource([]), job(1))).rejects.toThrow(/is not the state of a collection/);
  });

  it("stops when told to, and keeps what it has", async () => {
    const abort = new AbortController();
    const source = madeSource([{ labels: { pod: "a" }, points: [[0, 9000]] }], (count) => {
      if (count === 2) {
        abort.abort(new Error("enough"));
        abort.signal.throwIfAborted();
      }
    });
    await expect(collect(source, { ...job(9000), signal: abort.signal })).rejects.toThrow("enough");
    expect(lines("cpu/a.csv")).toHaveLength(1001);
  });
});

describe("joinEntities", () => {
  it("puts the metrics side by side, with empty cells in gaps and before a series begins", async () => {
    const made = (points: [number, number][]) => madeSource([{ labels: { pod: "a/1" }, points }]);
    const queries = [byPod("cpu"), byPod("memory")];
    const cpu = made([
      [0, 1],
      [4, 5],
    ]);
    const memory = made([[1, 4]]);
    const source: MetricSource = {
      ...cpu,
      range: (query, ...rest) => (query === "cpu" ? cpu : memory).range(query, ...rest),
    };
    const { entities } = await collect(source, job(5, queries));
    expect(await joinEntities(folder, Object.keys(entities), ["cpu", "memory", "none"], STEP)).toBe(1);
    const name = readdirSync(join(folder, "entities"))[0] ?? "";
    expect(name).toMatch(/^a_1-[0-9a-f]{8}\.csv$/);
    expect(lines(join("entities", name)).map((line) => line.replace(/^\d+/, ""))).toEqual([
      "timestamp,cpu,memory",
      ",0,",
      ",1,1",
      ",,2",
      ",,3",
      ",4,4",
      ",5,",
    ]);
  });
});
