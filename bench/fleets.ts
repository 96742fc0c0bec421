// False alerts of entities that are scored side by side, as the service does it: see bench/README.md.
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pino } from "pino";
import type { Anomaly } from "../src/alert/anomaly.ts";
import { anomalyToAlert } from "../src/anomalies/alerts/anomaly-alerts.ts";
import { createDetection } from "../src/anomalies/service/detection.ts";
import { loadCatalogue } from "../src/config/catalogue.ts";
import { loadConfig } from "../src/config/load.ts";
import { csvFiles, readAll } from "../src/evaluate/score/entity-files.ts";
import { readFrame } from "../src/files/frame-csv.ts";
import { filesIn } from "../src/files/pairs.ts";
import type { MetricSource } from "../src/prometheus/source.ts";
import { createCurrentState } from "../src/status/current-state.ts";
import { openStore } from "../src/store/open.ts";

const MINUTE = 60_000;
/** What a fault leaves behind is not called false for so many seconds. */
const EXCUSED = 900;
const LEARNING = 4 * 3600;
const DAY = 86_400;

interface Loaded {
  readonly metrics: readonly string[];
  /** Values by Unix seconds on the grid, per entity. */
  readonly entities: ReadonlyMap<string, ReadonlyMap<number, Float64Array>>;
  /** Unix seconds from which to which something is known to be wrong, somewhere. */
  readonly wrong: readonly (readonly [number, number])[];
  /** Seconds. */
  readonly step: number;
  /** Steps that a round of scoring catches up with. */
  readonly every: number;
}

/** Pods with a time a row, and faults.json: {hour: [{inject_time}]}. */
async function loadFaults(folder: string): Promise<Loaded> {
  const step = 60;
  const known = JSON.parse(readFileSync(join(folder, "faults.json"), "utf8")) as Record<
    string,
    { inject_time: string }[]
  >;
  const starts = Object.values(known)
    .flat()
    .map((fault) => Date.parse(`${fault.inject_time.replace(" ", "T")}Z`) / 1000);
  const entities = new Map<string, Map<number, Float64Array>>();
  let metrics: readonly string[] = [];
  for (const path of csvFiles(await filesIn(folder), folder)) {
    const { series, rows } = await readAll(path, true);
    if (!series.timed || series.metrics.length < metrics.length) {
      continue;
    }
    metrics = series.metrics;
    const name = basename(path).replace(/(_metrics?)?\.csv(\.gz)?$/, "");
    entities.set(name, new Map(rows.map(({ time, values }) => [Math.round(time / step) * step, values.slice()])));
  }
  return { metrics, entities, wrong: starts.map((at) => [at, at + EXCUSED]), step, every: 1 };
}

/** X.test.csv.gz with a column `label`, five minutes a row, the n-th rows of all at one time. */
async function loadLabelled(folder: string): Promise<Loaded> {
  const step = 300;
  const begin = Date.UTC(2026, 0, 1) / 1000;
  const entities = new Map<string, Map<number, Float64Array>>();
  const wrong: [number, number][] = [];
  let metrics: readonly string[] = [];
  for (const path of (await filesIn(folder)).filter((file) => /\.test\.csv(\.gz)?$/.test(file))) {
    const frame = await readFrame(path, { labels: true });
    const labels = await labelsOf(path);
    metrics = frame.metrics;
    const size = metrics.length;
    const rows = new Map<number, Float64Array>();
    for (let row = 0; row < frame.rows; row++) {
      rows.set(begin + row * step, frame.values.slice(row * size, (row + 1) * size));
      if (labels[row] === 1) {
        wrong.push([begin + row * step, begin + row * step + EXCUSED]);
      }
    }
    entities.set(basename(path).replace(/\.test\.csv(\.gz)?$/, ""), rows);
  }
  return { metrics, entities, wrong, step, every: 12 };
}

async function labelsOf(path: string): Promise<readonly number[]> {
  const { openSeries } = await import("../src/files/frame-csv.ts");
  const found: number[] = [];
  for await (const { label } of (await openSeries(path, { labels: true })).rows) {
    found.push(label);
  }
  return found;
}

function sourceOf({ entities, metrics, step }: Loaded, now: () => number): MetricSource {
  return {
    name: "replay",
    async range(query, from, to) {
      const column = metrics.indexOf(query);
      return [...entities].map(([pod, rows]) => {
        const times: number[] = [];
        const values: number[] = [];
        for (let at = from.getTime() / 1000; at <= Math.min(to.getTime() / 1000, now()); at += step) {
          const value = rows.get(at)?.[column];
          if (value !== undefined && Number.isFinite(value)) {
            times.push(at);
            values.push(value);
          }
        }
        return { labels: { pod }, times: Float64Array.from(times), values: Float64Array.from(values) };
      });
    },
    instant: async () => [],
    reachable: async () => ({ ok: true }),
  };
}

interface Counts {
  readonly ordinaryDays: number;
  readonly entities: number;
  readonly events: number;
  readonly alerts: number;
  readonly severities: Readonly<Record<string, number>>;
}

async function replay(loaded: Loaded): Promise<Counts> {
  const { entities, metrics, step, every, wrong } = loaded;
  const folder = await mkdtemp(join(tmpdir(), "cmswatch-fleets-"));
  const store = await openStore({ url: folder });
  const all = [...entities.values()].flatMap((rows) => [...rows.keys()]);
  const [first, last] = [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))];
  let now = first;
  const plain = loadConfig(null, {});
  const events = new Map<string, Anomaly>();
  const pushed = new Map<string, Anomaly>();
  const catalogue = loadCatalogue(null);
  const detection = createDetection({
    events: { on: () => {} },
    config: {
      ...plain,
      prometheus: { ...plain.prometheus, step: Math.max(step * 1000, MINUTE) },
      detect: { ...plain.detect, detectors: ["fleet", "default"] },
    },
    catalogue,
    specs: [
      {
        name: "{{pod}}",
        service: "fleet",
        by: ["pod"],
        metrics: metrics.map((name) => ({ name, query: name, unit: "" })),
      },
    ],
    source: sourceOf(loaded, () => now),
    store,
    trainer: { train: () => Promise.reject(new Error("a fleet is not trained")) },
    current: createCurrentState(MINUTE),
    clock: () => new Date(now * 1000),
    log: pino({ level: "silent" }),
    onAnomalies: async (anomalies) => {
      for (const one of anomalies.filter(({ id }) => !pushed.has(id))) {
        pushed.set(one.id, one);
      }
    },
  });
  const scoring = detection.loops.find(({ name }) => name === "scoring");
  for (; now <= last; now += step * every) {
    await scoring?.runNow();
    const error = scoring?.status().lastError ?? null;
    if (error !== null) {
      throw new Error(error);
    }
  }
  for (const one of await store.anomalies.recent({ since: new Date(0), parts: true, limit: 100_000 })) {
    events.set(one.id, one);
  }
  await store.close();
  await rm(folder, { recursive: true });
  const isOrdinary = (at: number) => at >= first + LEARNING && !wrong.some(([from, to]) => at >= from && at <= to);
  const falseOnes = (some: Iterable<Anomaly>) =>
    [...some].filter(({ openedAt }) => isOrdinary(openedAt.getTime() / 1000));
  const alerts = falseOnes(pushed.values());
  const severities: Record<string, number> = {};
  for (const alert of alerts) {
    const severity = anomalyToAlert(alert, catalogue, null).labels["severity"] ?? "none";
    severities[severity] = (severities[severity] ?? 0) + 1;
  }
  const times = Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, row) => first + row * step);
  return {
    ordinaryDays: (times.filter(isOrdinary).length * step) / DAY,
    entities: entities.size,
    events: falseOnes([...events.values()].filter(({ partOf }) => partOf !== undefined)).length,
    alerts: alerts.length,
    severities,
  };
}

const folders = process.argv.slice(2);
if (folders.length === 0) {
  console.error("usage: tsx bench/fleets.ts FOLDER… (pods with faults.json, or X.test.csv with labels)");
  process.exit(2);
}
console.log(`${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`);
for (const folder of folders) {
  const files = await filesIn(folder);
  const began = performance.now();
  const loaded = await (files.some((file) => file.endsWith("faults.json")) ? loadFaults(folder) : loadLabelled(folder));
  const { ordinaryDays, entities, events, alerts, severities } = await replay(loaded);
  const number = (value: number) => value.toFixed(2);
  console.log(
    `${folder}: ${entities} entities, ${number(ordinaryDays)} ordinary days, ${((performance.now() - began) / 1000).toFixed(0)} s`,
  );
  console.log(
    `  false events of entities ${events}: ${number(events / ordinaryDays / entities)} per entity and day; ` +
      `false alerts of the service ${alerts}: ${number(alerts / ordinaryDays)} a day (${JSON.stringify(severities)})`,
  );
}
