import { type EventScores, eventScores } from "../detect/evaluate/events.ts";
import { periodOf } from "../detect/evaluate/period.ts";
import { volumeUnderSurface } from "../detect/evaluate/volume-under-surface.ts";
import { NOMINAL_STEP } from "../detect/frame.ts";
import { createLive } from "../detect/live.ts";
import { seededRandom } from "../detect/math/random.ts";
import { findDetector } from "../detect/registry.ts";
import { saveUnit, trainUnit } from "../detect/unit.ts";
import { openSeries, readFrame } from "./frame-csv.ts";

/** A detector's figures: means over series, event counts over all of them. */
export interface DetectorRow {
  readonly detector: string;
  readonly vusPr: number;
  readonly aucPr: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly falseEventsPerDay: number;
  readonly medianDelay: number;
  /** Share of segments found within five minutes. */
  readonly foundSoon: number;
  readonly ordinaryInAlert: number;
  /** The lowest difference of a series' VUS-PR to that of plain Mahalanobis; NaN for it and for random. */
  readonly worstToFloor: number;
  readonly trainingSeconds: number;
  readonly rowsPerSecond: number;
  readonly peakMemoryMegabytes: number;
  readonly modelBytes: number;
  readonly perSeries: Readonly<Record<string, number>>;
}

export interface Pair {
  readonly name: string;
  readonly train: string;
  readonly test: string;
}

export interface Setup {
  /** W of VUS-PR; null for the period of each series. */
  readonly window: number | null;
  readonly step: number;
}

interface SeriesResult {
  readonly vusPr: number;
  readonly aucPr: number;
  readonly events: EventScores;
  readonly days: number;
  readonly trainingSeconds: number;
  readonly scoringSeconds: number;
  readonly rows: number;
  readonly modelBytes: number;
}

const SOON_SECONDS = 300;
const DAY = 86_400;
const floors = new Map<string, number>();

/** Trains and scores each pair. @throws UserError for an unknown detector or a test file without labels */
export async function evaluateDetector(name: string, pairs: readonly Pair[], setup: Setup): Promise<DetectorRow> {
  const results = new Map<string, SeriesResult>();
  let peak = process.memoryUsage().rss;
  for (const pair of pairs) {
    results.set(pair.name, await evaluatePair(name, pair, setup));
    peak = Math.max(peak, process.memoryUsage().rss);
  }
  for (const pair of name === "mahalanobis" ? [] : pairs) {
    if (!floors.has(pair.test)) {
      floors.set(pair.test, (await evaluatePair("mahalanobis", pair, setup)).vusPr);
    }
  }
  const toFloor = pairs.map((pair) => (results.get(pair.name)?.vusPr ?? 0) - (floors.get(pair.test) ?? 0));
  return rowOf(name, results, peak, name === "mahalanobis" ? Number.NaN : Math.min(...toFloor));
}

/** What random scores reach on the same series. */
export async function randomRow(pairs: readonly Pair[], setup: Setup): Promise<DetectorRow> {
  const results = new Map<string, SeriesResult>();
  const random = seededRandom(1);
  for (const pair of pairs) {
    const { labels, first } = await readLabels(pair.test);
    const scores = labels.map(() => random());
    const alerts = scores.map((score) => (score > 0.9999 ? 1 : 0));
    const timing = { trainingSeconds: 0, scoringSeconds: Number.NaN, modelBytes: 0 };
    results.set(pair.name, { ...measures(labels, scores, alerts, first, setup), ...timing });
  }
  return rowOf("random", results, 0, Number.NaN);
}

async function evaluatePair(name: string, pair: Pair, setup: Setup): Promise<SeriesResult> {
  const detector = await findDetector(name);
  const train = await readFrame(pair.train);
  const began = performance.now();
  const unit = await trainUnit(detector, train, { seed: 1 });
  const trained = performance.now();
  const { labels, first, rows } = await readLabels(pair.test, unit.metrics);
  const live = createLive(unit, { entity: pair.name, service: pair.name });
  const scores = new Float64Array(rows.length);
  const alerts = new Float64Array(rows.length);
  const start = performance.now();
  rows.forEach(({ time, values }, row) => {
    const point = live.push(Number.isNaN(time) ? (train.rows + row) * NOMINAL_STEP : time, values);
    scores[row] = point.raw;
    alerts[row] = point.state === "anomalous" ? 1 : 0;
  });
  const scoringSeconds = (performance.now() - start) / 1000;
  const modelBytes = saveUnit(unit).length;
  unit.model.dispose();
  const timing = { trainingSeconds: (trained - began) / 1000, scoringSeconds, modelBytes };
  return { ...measures(labels, scores, alerts, first, setup), ...timing };
}

function measures(
  labels: Float64Array,
  scores: Float64Array,
  alerts: Float64Array,
  first: Float64Array,
  { window, step }: Setup,
) {
  return {
    vusPr: volumeUnderSurface(labels, scores, window ?? periodOf(first)).pr,
    aucPr: volumeUnderSurface(labels, scores, 0).pr,
    events: eventScores(labels, alerts, Math.floor(SOON_SECONDS / step)),
    days: (labels.length * step) / DAY,
    rows: labels.length,
  };
}

/** Labels, the first metric, and the rows in the order of `metrics`. */
async function readLabels(path: string, metrics: readonly string[] = []) {
  const series = await openSeries(path, { labels: true });
  const at = metrics.map((metric) => series.metrics.indexOf(metric));
  const labels: number[] = [];
  const first: number[] = [];
  const rows: { time: number; values: Float64Array }[] = [];
  for await (const { time, label, values } of series.rows) {
    labels.push(label > 0 ? 1 : 0);
    first.push(values[0] as number);
    rows.push({ time, values: Float64Array.from(at, (i) => (i < 0 ? Number.NaN : (values[i] as number))) });
  }
  return { labels: Float64Array.from(labels), first: Float64Array.from(first), rows };
}

function rowOf(detector: string, results: ReadonlyMap<string, SeriesResult>, peak: number, worst: number): DetectorRow {
  const all = [...results.values()];
  const sum = (of: (result: SeriesResult) => number) => all.reduce((total, result) => total + of(result), 0);
  const mean = (of: (result: SeriesResult) => number) => {
    const labelled = all.filter((result) => Number.isFinite(of(result)));
    return labelled.reduce((total, result) => total + of(result), 0) / Math.max(labelled.length, 1);
  };
  const events = sum(({ events }) => events.events);
  const precision = events === 0 ? 1 : 1 - sum(({ events }) => events.falseEvents) / events;
  const segments = Math.max(
    sum(({ events }) => events.segments),
    1,
  );
  const recall = sum(({ events }) => events.found) / segments;
  return {
    detector,
    vusPr: mean(({ vusPr }) => vusPr),
    aucPr: mean(({ aucPr }) => aucPr),
    precision,
    recall,
    f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    falseEventsPerDay: sum(({ events }) => events.falseEvents) / sum(({ days }) => days),
    medianDelay: mean(({ events }) => events.medianDelay),
    foundSoon: sum(({ events }) => events.foundSoon * events.segments) / segments,
    ordinaryInAlert: mean(({ events }) => events.ordinaryInAlert),
    worstToFloor: worst,
    trainingSeconds: sum(({ trainingSeconds }) => trainingSeconds),
    rowsPerSecond: sum(({ rows }) => rows) / sum(({ scoringSeconds }) => scoringSeconds),
    peakMemoryMegabytes: peak / 1e6,
    modelBytes: mean(({ modelBytes }) => modelBytes),
    perSeries: Object.fromEntries([...results].map(([name, { vusPr }]) => [name, Number(vusPr.toFixed(4))])),
  };
}
