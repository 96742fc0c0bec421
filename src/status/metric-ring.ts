import type { MetricSeries, ScoredPoint } from "./status-types.ts";

/** The newest points of one entity's metrics, with the band that was expected of each. */
export interface MetricRing {
  readonly metrics: readonly string[];
  add(point: ScoredPoint): void;
  /** Scores of the newest points with their times (Unix milliseconds), oldest first, at most `count`. */
  scores(count: number): readonly { readonly at: number; readonly score: number }[];
  /** One metric between two times; null when the metric is not one of the entity's. */
  series(entity: string, metric: string, from: Date, to: Date): Omit<MetricSeries, "anomalous" | "unit"> | null;
}

interface Kept {
  readonly at: number;
  readonly score: number;
  readonly values: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** @param capacity points kept; older ones fall out */
export function createRing(metrics: readonly string[], capacity: number): MetricRing {
  const kept: Kept[] = [];
  return {
    metrics,
    add(point) {
      kept.push({
        at: point.at.getTime(),
        score: point.score,
        values: Array.from(point.values),
        low: Array.from(point.low),
        high: Array.from(point.high),
      });
      if (kept.length > capacity) {
        kept.shift();
      }
    },
    scores: (count) => kept.slice(-count).map(({ at, score }) => ({ at, score })),
    series(entity, metric, from, to) {
      const index = metrics.indexOf(metric);
      if (index < 0) {
        return null;
      }
      const inside = kept.filter(({ at }) => at >= from.getTime() && at <= to.getTime());
      const column = (pick: (point: Kept) => readonly number[]) => inside.map((point) => finite(pick(point)[index]));
      return {
        entity,
        metric,
        times: inside.map(({ at }) => at),
        values: column(({ values }) => values),
        low: column(({ low }) => low),
        high: column(({ high }) => high),
      };
    },
  };
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
