import { type Segment, segmentsOf, softLabels } from "./soft-labels.ts";

/** Areas under the precision–recall and the ROC curve, for one window or averaged over all windows up to W. */
export interface Areas {
  readonly pr: number;
  readonly roc: number;
}

const THRESHOLDS = 250;

/**
 * VUS-PR and VUS-ROC: range-aware areas averaged over windows 0…W; window 0 alone is AUC-PR and AUC-ROC by segments.
 * A threshold counts every row with score ≥ it. Source: Paparrizos et al., VLDB 2022, as TSB-AD computes it.
 * @param scores higher is worse, same length as `labels`; not finite ones count as the lowest
 * @param window W ≥ 0
 * @returns NaN where no row is labelled, or all are
 */
export function volumeUnderSurface(labels: ArrayLike<number>, scores: ArrayLike<number>, window: number): Areas {
  const positives = segmentsOf(labels).reduce((sum, { from, to }) => sum + to - from + 1, 0);
  if (positives === 0 || positives === labels.length || labels.length !== scores.length) {
    return { pr: Number.NaN, roc: Number.NaN };
  }
  const order = orderByScore(scores);
  let pr = 0;
  let roc = 0;
  for (let width = 0; width <= window; width++) {
    const areas = areasAt(labels, order, positives, width);
    pr += areas.pr;
    roc += areas.roc;
  }
  return { pr: pr / (window + 1), roc: roc / (window + 1) };
}

interface Ranked {
  /** Rows, highest score first. */
  readonly rows: Uint32Array;
  /** Per threshold, from the highest: how many rows have a score ≥ it. */
  readonly counts: readonly number[];
}

function orderByScore(scores: ArrayLike<number>): Ranked {
  const value = (row: number) => {
    const score = scores[row] as number;
    return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
  };
  const rows = Uint32Array.from({ length: scores.length }, (_, row) => row).sort((a, b) =>
    value(b) > value(a) ? 1 : value(b) < value(a) ? -1 : a - b,
  );
  const counts: number[] = [];
  for (let step = 0; step < THRESHOLDS; step++) {
    let rank = Math.trunc((step * (rows.length - 1)) / (THRESHOLDS - 1));
    const threshold = value(rows[rank] as number);
    while (rank < rows.length && value(rows[rank] as number) >= threshold) {
      rank++;
    }
    counts.push(rank);
  }
  return { rows, counts };
}

function areasAt(labels: ArrayLike<number>, { rows, counts }: Ranked, positives: number, width: number): Areas {
  const soft = softLabels(labels, width);
  const extended = extendedSegments(labels, Math.floor(width / 2));
  const segmentOf = segmentIndex(extended, labels.length);
  const hit = new Uint8Array(extended.length);
  let at = 0;
  let truePositives = 0;
  let marginal = 0;
  let hits = 0;
  let previous = { recall: 0, falseRate: 0 };
  let pr = 0;
  let roc = 0;
  for (const count of counts) {
    for (; at < count; at++) {
      const row = rows[at] as number;
      const weight = soft[row] as number;
      truePositives += weight;
      marginal += (labels[row] as number) > 0 ? 0 : weight;
      const segment = segmentOf[row] as number;
      if (segment >= 0 && hit[segment] === 0) {
        hit[segment] = 1;
        hits++;
      }
    }
    const weightedPositives = (positives + positives + marginal) / 2;
    const recall = Math.min(truePositives / weightedPositives, 1) * (hits / extended.length);
    const falseRate = (count - truePositives) / (labels.length - weightedPositives);
    pr += (recall - previous.recall) * (truePositives / count);
    roc += ((falseRate - previous.falseRate) * (recall + previous.recall)) / 2;
    previous = { recall, falseRate };
  }
  return { pr, roc: roc + ((1 - previous.falseRate) * (1 + previous.recall)) / 2 };
}

/** Segments widened by `reach` on both sides; those that then touch or overlap are one. */
function extendedSegments(labels: ArrayLike<number>, reach: number): readonly Segment[] {
  const merged: Segment[] = [];
  for (const { from, to } of segmentsOf(labels)) {
    const last = merged.at(-1);
    const start = Math.max(from - reach, 0);
    const end = Math.min(to + reach, labels.length - 1);
    if (last !== undefined && start <= last.to) {
      merged[merged.length - 1] = { from: last.from, to: end };
    } else {
      merged.push({ from: start, to: end });
    }
  }
  return merged;
}

function segmentIndex(segments: readonly Segment[], length: number): Int32Array {
  const index = new Int32Array(length).fill(-1);
  segments.forEach(({ from, to }, at) => {
    index.fill(at, from, to + 1);
  });
  return index;
}
