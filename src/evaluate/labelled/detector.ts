import { quantileSorted, sortedFinite } from "../../detect/math/statistics.ts";
import type { Pair, SeriesResult, Setup } from "./pairs.ts";

/** A detector's figures on one data set: means over series; precision, recall, F1 and false events over all of them. */
export interface DetectorRow {
  readonly detector: string;
  readonly vusPr: number;
  readonly aucPr: number;
  readonly precision: number;
  /** Share of labelled segments found, of all series together. */
  readonly recall: number;
  readonly f1: number;
  /** Per series and day. */
  readonly falseEventsPerDay: number;
  /** Rows; mean over series of the median. */
  readonly medianDelay: number;
  /** Share of segments found within five minutes. */
  readonly foundSoon: number;
  readonly ordinaryInAlert: number;
  /** Share of segments within which an event begins. */
  readonly begun: number;
  /** Minutes from the end of a found segment to the end of its last event: median, 75 % and 90 %. */
  readonly endDelay: readonly [number, number, number];
  /** Events beyond the first of each found segment, per found segment. */
  readonly splitEvents: number;
  /** What other thresholds would have given. */
  readonly curve: readonly CurveRow[];
  readonly hitRate100: number;
  readonly hitRate150: number;
  /** The lowest difference of a series' VUS-PR to that of plain Mahalanobis; NaN for it and for random. */
  readonly worstToFloor: number;
  readonly trainingSeconds: number;
  readonly rowsPerSecond: number;
  readonly peakMemoryMegabytes: number;
  readonly modelBytes: number;
  readonly perSeries: Readonly<Record<string, SeriesFigures>>;
}

export interface SeriesFigures {
  readonly vusPr: number;
  readonly segments: number;
  readonly found: number;
  readonly begun: number;
  readonly falseEventsPerDay: number;
  readonly ordinaryInAlert: number;
  readonly hitRate100: number;
}

/** Events had a detector's threshold been `factor` times as high. */
export interface CurveRow {
  readonly factor: number;
  /** Share of segments (or faults) within which an event begins. */
  readonly begun: number;
  /** Per series (or entity) and day. */
  readonly falsePerDay: number;
}

/** What is said while it runs. */
export type Progress = (text: string) => void;

/** Every detector over every series, with random scores, plain Mahalanobis and PCA beside them. */
export async function evaluateDetectors(
  names: readonly string[],
  pairs: readonly Pair[],
  setup: Setup,
  progress: Progress,
): Promise<readonly DetectorRow[]> {
  const { evaluatePair, randomPair } = await import("./pairs.ts");
  const all = [...new Set([...names, "mahalanobis", "pca"])];
  const results = new Map<string, Map<string, SeriesResult>>();
  const peaks = new Map<string, number>();
  for (const name of [...all, "random"]) {
    const ofDetector = new Map<string, SeriesResult>();
    let peak = 0;
    for (const [at, pair] of pairs.entries()) {
      const result = name === "random" ? await randomPair(pair, setup) : await evaluatePair(name, pair, setup);
      ofDetector.set(pair.name, result);
      peak = Math.max(peak, process.memoryUsage().rss);
      progress(`${name} ${at + 1}/${pairs.length} ${pair.name}: VUS-PR ${result.vusPr.toFixed(3)}`);
    }
    results.set(name, ofDetector);
    peaks.set(name, peak);
  }
  const floors = results.get("mahalanobis") ?? new Map<string, SeriesResult>();
  return [...results].map(([name, ofDetector]) => {
    const compared = name !== "mahalanobis" && name !== "random";
    const worst = [...ofDetector].map(([series, { vusPr }]) => vusPr - (floors.get(series)?.vusPr ?? Number.NaN));
    return rowOf(name, ofDetector, peaks.get(name) ?? 0, compared ? Math.min(...worst) : Number.NaN);
  });
}

function rowOf(detector: string, results: ReadonlyMap<string, SeriesResult>, peak: number, worst: number): DetectorRow {
  const all = [...results.values()];
  const sum = (of: (result: SeriesResult) => number) => all.reduce((total, result) => total + of(result), 0);
  const mean = (of: (result: SeriesResult) => number) => meanOf(all.map(of));
  const events = sum((result) => result.events.events);
  const falseEvents = sum((result) => result.events.falseEvents);
  const segments = sum((result) => result.events.segments);
  const days = sum((result) => result.days);
  const precision = events === 0 ? 1 : 1 - falseEvents / events;
  const recall = segments === 0 ? 1 : sum((result) => result.events.found) / segments;
  return {
    detector,
    vusPr: mean(({ vusPr }) => vusPr),
    aucPr: mean(({ aucPr }) => aucPr),
    precision,
    recall,
    f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    falseEventsPerDay: falseEvents / days,
    begun: segments === 0 ? 1 : sum((result) => result.events.begun) / segments,
    endDelay: endDelayOf(all),
    splitEvents: sum((result) => result.events.splitEvents) / sum((result) => result.events.found),
    curve: (all[0]?.curve ?? []).map(({ factor }, at) => ({
      factor,
      begun: sum((result) => result.curve[at]?.begun ?? 0) / segments,
      falsePerDay: sum((result) => result.curve[at]?.falseEvents ?? 0) / days,
    })),
    medianDelay: mean((result) => result.events.medianDelay),
    foundSoon: segments === 0 ? 1 : sum((result) => result.events.foundSoon * result.events.segments) / segments,
    ordinaryInAlert: mean((result) => result.events.ordinaryInAlert),
    hitRate100: mean(({ hitRate100 }) => hitRate100),
    hitRate150: mean(({ hitRate150 }) => hitRate150),
    worstToFloor: worst,
    trainingSeconds: sum(({ trainingSeconds }) => trainingSeconds),
    rowsPerSecond: sum(({ rows }) => rows) / sum(({ scoringSeconds }) => scoringSeconds),
    peakMemoryMegabytes: peak / 1e6,
    modelBytes: mean(({ modelBytes }) => modelBytes),
    perSeries: Object.fromEntries([...results].map(([name, result]) => [name, figuresOf(result)])),
  };
}

function endDelayOf(results: readonly SeriesResult[]): [number, number, number] {
  const minutes = sortedFinite(
    results.flatMap(({ events, step }) => events.endDelays.map((rows) => (rows * step) / 60)),
  );
  return [quantileSorted(minutes, 0.5), quantileSorted(minutes, 0.75), quantileSorted(minutes, 0.9)];
}

function figuresOf({ vusPr, events, days, hitRate100 }: SeriesResult): SeriesFigures {
  return {
    vusPr: rounded(vusPr),
    segments: events.segments,
    found: events.found,
    begun: events.begun,
    falseEventsPerDay: rounded(events.falseEvents / days),
    ordinaryInAlert: rounded(events.ordinaryInAlert),
    hitRate100: rounded(hitRate100),
  };
}

const rounded = (value: number) => Number(value.toFixed(4));

/** Of the finite ones; NaN where there is none. */
export function meanOf(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? Number.NaN : finite.reduce((total, value) => total + value, 0) / finite.length;
}
