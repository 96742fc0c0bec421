import { type Segment, segmentsOf } from "./segments.ts";

/** Areas under the precision–recall and the ROC curve, for one window or averaged over all windows up to W. */
export interface Areas {
  readonly pr: number;
  readonly roc: number;
}

const THRESHOLDS = 250;

/**
 * VUS-PR and VUS-ROC: range-aware areas averaged over windows 0…W; window 0 alone is AUC-PR and AUC-ROC by segments.
 * A threshold counts every row with score ≥ it. Rows are put once into the thresholds that count them; a window then looks only at
 * the margins of the segments. Source: Paparrizos et al., VLDB 2022, as TSB-AD computes it.
 * @param scores higher is worse, same length as `labels`; not finite ones count as the lowest
 * @param window W ≥ 0
 * @returns NaN where no row is labelled, or all are
 */
export function volumeUnderSurface(labels: ArrayLike<number>, scores: ArrayLike<number>, window: number): Areas {
  const segments = segmentsOf(labels);
  const positives = segments.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  if (positives === 0 || positives === labels.length || labels.length !== scores.length) {
    return { pr: Number.NaN, roc: Number.NaN };
  }
  const ranked = rank(scores, segments);
  let pr = 0;
  let roc = 0;
  for (let width = 0; width <= window; width++) {
    const areas = areasAt(ranked, segments, positives, width);
    pr += areas.pr;
    roc += areas.roc;
  }
  return { pr: pr / (window + 1), roc: roc / (window + 1) };
}

interface Ranked {
  /** Per threshold, from the highest: how many rows have a score ≥ it. */
  readonly counts: Uint32Array;
  /** Per row the first threshold that counts it. */
  readonly first: Uint8Array;
  /** Per threshold: rows inside segments that it is the first to count. */
  readonly inside: Float64Array;
}

function rank(scores: ArrayLike<number>, segments: readonly Segment[]): Ranked {
  const values = Float64Array.from(scores, (score) => (Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score));
  const sorted = values.slice().sort().reverse();
  const thresholds = new Float64Array(THRESHOLDS);
  const counts = new Uint32Array(THRESHOLDS);
  let count = 0;
  for (let step = 0; step < THRESHOLDS; step++) {
    const threshold = sorted[Math.trunc((step * (sorted.length - 1)) / (THRESHOLDS - 1))] as number;
    while (count < sorted.length && (sorted[count] as number) >= threshold) {
      count++;
    }
    thresholds[step] = threshold;
    counts[step] = count;
  }
  const first = Uint8Array.from(values, (value) => firstAtMost(thresholds, value));
  const inside = new Float64Array(THRESHOLDS);
  for (const { from, to } of segments) {
    for (let row = from; row <= to; row++) {
      const at = first[row] as number;
      inside[at] = (inside[at] as number) + 1;
    }
  }
  return { counts, first, inside };
}

/** Index of the first of descending thresholds that is ≤ the value. */
function firstAtMost(thresholds: Float64Array, value: number): number {
  let low = 0;
  let high = THRESHOLDS - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((thresholds[middle] as number) <= value) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

function areasAt({ counts, first, inside }: Ranked, segments: readonly Segment[], positives: number, width: number) {
  const rows = first.length;
  const margin = marginWeights(first, segments, width);
  const hit = firstHits(first, segments, Math.floor(width / 2));
  let found = 0;
  let marginal = 0;
  let hits = 0;
  let previous = { recall: 0, falseRate: 0 };
  let pr = 0;
  let roc = 0;
  for (let step = 0; step < THRESHOLDS; step++) {
    found += inside[step] as number;
    marginal += margin[step] as number;
    hits += hit.counts[step] as number;
    const truePositives = found + marginal;
    const count = counts[step] as number;
    const weightedPositives = (positives + positives + marginal) / 2;
    const recall = Math.min(truePositives / weightedPositives, 1) * (hits / hit.segments);
    const falseRate = (count - truePositives) / (rows - weightedPositives);
    pr += (recall - previous.recall) * (truePositives / count);
    roc += ((falseRate - previous.falseRate) * (recall + previous.recall)) / 2;
    previous = { recall, falseRate };
  }
  return { pr, roc: roc + ((1 - previous.falseRate) * (1 + previous.recall)) / 2 };
}

/**
 * Per threshold the soft labels of the rows outside segments that it is the first to count: √(1 − d/width) at distance
 * d ≤ ⌊width/2⌋, added where margins overlap and capped at 1.
 */
function marginWeights(first: Uint8Array, segments: readonly Segment[], width: number): Float64Array {
  const byThreshold = new Float64Array(THRESHOLDS);
  const reach = Math.floor(width / 2);
  const fade = Float64Array.from({ length: reach + 1 }, (_, distance) => Math.sqrt(1 - distance / Math.max(width, 1)));
  const weightAt = (row: number, gap: number) => {
    // Of the segments before and after the gap; farther ones matter where those are shorter than the reach.
    let weight = 0;
    for (let at = gap - 2; at < gap + 2; at++) {
      const segment = segments[at];
      if (segment !== undefined) {
        weight += fade[at < gap ? row - segment.to : segment.from - row] ?? 0;
      }
    }
    return Math.min(weight, 1);
  };
  for (let gap = 0; gap <= segments.length; gap++) {
    const start = gap === 0 ? 0 : (segments[gap - 1] as Segment).to + 1;
    const end = gap === segments.length ? first.length : (segments[gap] as Segment).from;
    const afterEnds = gap === 0 ? start : Math.min(start + reach, end);
    const beforeStarts = gap === segments.length ? end : Math.max(end - reach, afterEnds);
    for (let row = start; row < end; row++) {
      if (row === afterEnds) {
        row = beforeStarts;
      }
      if (row < end) {
        const at = first[row] as number;
        byThreshold[at] = (byThreshold[at] as number) + weightAt(row, gap);
      }
    }
  }
  return byThreshold;
}

/** Segments widened by `reach`, merged where they overlap: how many, and by which threshold each is first hit. */
function firstHits(first: Uint8Array, segments: readonly Segment[], reach: number) {
  const counts = new Float64Array(THRESHOLDS);
  let merged = 0;
  let end = -1;
  let earliest = THRESHOLDS - 1;
  const close = () => {
    counts[earliest] = (counts[earliest] as number) + 1;
    merged++;
  };
  for (const { from, to } of segments) {
    const start = Math.max(from - reach, 0);
    if (end >= 0 && start > end) {
      close();
      earliest = THRESHOLDS - 1;
    }
    const last = Math.min(to + reach, first.length - 1);
    for (let row = Math.max(start, end + 1); row <= last; row++) {
      earliest = Math.min(earliest, first[row] as number);
    }
    end = last;
  }
  close();
  return { counts, segments: merged };
}
