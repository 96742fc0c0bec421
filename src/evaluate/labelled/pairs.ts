import { readFile } from "node:fs/promises";
import { type Frame, NOMINAL_STEP } from "../../detect/frame.ts";
import { createLive } from "../../detect/live.ts";
import { seededRandom } from "../../detect/math/random.ts";
import { median } from "../../detect/math/statistics.ts";
import { findDetector } from "../../detect/registry.ts";
import { DEFAULT_GATE } from "../../detect/threshold/gate.ts";
import { saveUnit, trainUnit } from "../../detect/unit.ts";
import { openSeries, readFrame } from "../../files/frame-csv.ts";
import { alertsAt, CURVE_FACTORS, type Distance } from "../measures/curve.ts";
import { type EventScores, eventScores } from "../measures/events.ts";
import { hitRate, parseInterpretation } from "../measures/hit-rate.ts";
import { periodOf } from "../measures/segments.ts";
import { volumeUnderSurface } from "../measures/volume-under-surface.ts";

/** A series to be evaluated on. */
export interface Pair {
  readonly name: string;
  readonly train: string;
  readonly test: string;
  /** Rows of the test file to train on instead of the training file; null for the training file. */
  readonly trainPoints: number | null;
}

/** How series are judged. */
export interface Setup {
  /** W of VUS-PR; null for the period of each series. */
  readonly window: number | null;
  /** Seconds between rows where files have no times. */
  readonly step: number;
  readonly seed: number;
}

/** Events had the threshold been `factor` times as high. */
export interface CurvePoint {
  readonly factor: number;
  readonly begun: number;
  readonly falseEvents: number;
}

/** A detector's figures on one series. */
export interface SeriesResult {
  readonly vusPr: number;
  readonly aucPr: number;
  readonly events: EventScores;
  /** What other thresholds would have given. */
  readonly curve: readonly CurvePoint[];
  readonly days: number;
  /** Seconds between rows. */
  readonly step: number;
  readonly rows: number;
  /** HitRate@100 % and @150 %; NaN where the series has no interpretation. */
  readonly hitRate100: number;
  readonly hitRate150: number;
  readonly trainingSeconds: number;
  readonly scoringSeconds: number;
  readonly modelBytes: number;
}

const SOON_SECONDS = 300;
const DAY = 86_400;

/** Trains on the pair's history, scores its test row by row, and judges. @throws UserError for a test file without labels */
export async function evaluatePair(name: string, pair: Pair, setup: Setup): Promise<SeriesResult> {
  const detector = await findDetector(name);
  const test = await readTest(pair.test);
  const train = pair.trainPoints === null ? await readFrame(pair.train) : firstRows(test.frame, pair.trainPoints);
  const began = performance.now();
  const unit = await trainUnit(detector, train, { seed: setup.seed });
  const trained = performance.now();
  const live = createLive(unit, { entity: pair.name, service: pair.name });
  const columns = unit.metrics.map((metric) => test.frame.metrics.indexOf(metric));
  const size = columns.length;
  const { rows } = test.frame;
  const scores = new Float64Array(rows);
  const alerts = new Float64Array(rows);
  const distances: Distance[] = [];
  const amounts = new Float32Array(rows * size);
  const row = new Float64Array(size);
  const firstRow = pair.trainPoints === null ? train.rows : 0;
  for (let at = 0; at < rows; at++) {
    for (let i = 0; i < size; i++) {
      const column = columns[i] as number;
      row[i] = column < 0 ? Number.NaN : (test.frame.values[at * test.frame.metrics.length + column] as number);
    }
    const point = live.push(test.frame.times?.[at] ?? (firstRow + at) * NOMINAL_STEP, row);
    scores[at] = point.raw;
    alerts[at] = point.state === "anomalous" ? 1 : 0;
    distances.push({ ratio: point.ratio, present: point.present, isClear: point.isClear });
    amounts.set(point.contributions, at * size);
  }
  const scoringSeconds = (performance.now() - trained) / 1000;
  const modelBytes = saveUnit(unit).length;
  unit.model.dispose();
  return {
    ...measures(test, scores, alerts, setup),
    curve: curveOf(test.labels, distances),
    ...(await hitRates(pair.test, test.frame.metrics, unit.metrics, amounts)),
    trainingSeconds: (trained - began) / 1000,
    scoringSeconds,
    modelBytes,
  };
}

/** What random scores reach on the same series. */
export async function randomPair(pair: Pair, setup: Setup): Promise<SeriesResult> {
  const test = await readTest(pair.test);
  const random = seededRandom(setup.seed);
  const scores = test.labels.map(() => random());
  const alerts = scores.map((score) => (score > 0.9999 ? 1 : 0));
  const amounts = Float32Array.from(test.frame.values, () => random());
  return {
    ...measures(test, scores, alerts, setup),
    curve: [],
    ...(await hitRates(pair.test, test.frame.metrics, test.frame.metrics, amounts)),
    trainingSeconds: 0,
    scoringSeconds: Number.NaN,
    modelBytes: 0,
  };
}

interface Test {
  readonly frame: Frame;
  readonly labels: Float64Array;
}

function measures(test: Test, scores: Float64Array, alerts: Float64Array, setup: Setup) {
  const { frame, labels } = test;
  const step = stepOf(frame) ?? setup.step;
  const first = Float64Array.from(labels, (_, row) => frame.values[row * frame.metrics.length] as number);
  return {
    vusPr: volumeUnderSurface(labels, scores, setup.window ?? periodOf(first)).pr,
    aucPr: volumeUnderSurface(labels, scores, 0).pr,
    events: eventScores(labels, alerts, Math.floor(SOON_SECONDS / step)),
    days: (labels.length * step) / DAY,
    step,
    rows: labels.length,
  };
}

function curveOf(labels: Float64Array, distances: readonly Distance[]): readonly CurvePoint[] {
  return CURVE_FACTORS.map((factor) => {
    const { begun, falseEvents } = eventScores(labels, alertsAt(distances, factor, DEFAULT_GATE), 0);
    return { factor, begun, falseEvents };
  });
}

function stepOf({ times }: Frame): number | null {
  const step = times === null ? Number.NaN : median(times.slice(1).map((time, at) => time - (times[at] as number)));
  return step > 0 ? step : null;
}

/** Rows with their labels, in the file's order. */
async function readTest(path: string): Promise<Test> {
  const series = await openSeries(path, { labels: true });
  const labels: number[] = [];
  const times: number[] = [];
  const rows: Float64Array[] = [];
  for await (const { time, label, values } of series.rows) {
    labels.push(label > 0 ? 1 : 0);
    times.push(time);
    rows.push(values);
  }
  const size = series.metrics.length;
  const values = new Float64Array(rows.length * size);
  rows.forEach((row, at) => {
    values.set(row, at * size);
  });
  const frame = {
    metrics: series.metrics,
    rows: rows.length,
    values,
    times: series.timed ? Float64Array.from(times) : null,
  };
  return { frame, labels: Float64Array.from(labels) };
}

function firstRows(frame: Frame, count: number): Frame {
  const rows = Math.min(count, frame.rows);
  return {
    metrics: frame.metrics,
    rows,
    values: frame.values.slice(0, rows * frame.metrics.length),
    times: frame.times?.slice(0, rows) ?? null,
  };
}

/** X.interpretation.txt beside X.test.csv; both NaN where it is missing. Its numbers count the test file's metrics. */
async function hitRates(
  testPath: string,
  fileMetrics: readonly string[],
  metrics: readonly string[],
  amounts: Float32Array,
): Promise<{ readonly hitRate100: number; readonly hitRate150: number }> {
  const path = testPath.replace(/\.test\.csv(\.gz)?$/, ".interpretation.txt");
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) {
    return { hitRate100: Number.NaN, hitRate150: Number.NaN };
  }
  const interpretations = parseInterpretation(text);
  const column = fileMetrics.map((metric) => metrics.indexOf(metric));
  const at = (row: number, metric: number) => amounts[row * metrics.length + (column[metric] ?? -1)] ?? 0;
  return {
    hitRate100: hitRate(interpretations, fileMetrics.length, at, 1),
    hitRate150: hitRate(interpretations, fileMetrics.length, at, 1.5),
  };
}
