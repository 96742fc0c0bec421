import { totalOf } from "../histogram.ts";
import { type ReferenceRun, type ReferenceSet, runShape } from "../references.ts";
import { bestFit, type Fit, jointEntries, strongestContrast, wideningBetween } from "./distance.ts";
import { canScale, type ScaledShape, scaledShape, WIDE_GAINS } from "./gain.ts";

/** A mean squared pull from which on a lumisection is bad. Chosen on the runs of bench/dqm.md, seen to hold on runs left out. */
export const THRESHOLD = 4;
/** A contrast (see {@link strongestContrast}) that is as bad. */
const CONTRAST_THRESHOLD = 49;
/** Relative standard deviation of a window beside its neighbours, for a spread of 10 % between runs. */
const CONTRAST_SPREAD = 0.5;
/** Runs that are compared with: the newest before the judged one. */
const MOST_COMPARED = 8;

/** References of a run, prepared. */
export interface Nearest {
  /** Compares a shape of so many entries with certified runs. */
  fit(shape: Float64Array, entries: number): Certified;
  /** Contrast beside what fitted, over its threshold. */
  contrast(shape: Float64Array, fit: Pick<Certified, "row" | "entries" | "widening">): number;
  readonly spread: Float64Array;
  readonly usual: number;
}

/** How a shape fits, and by what it was judged. */
export interface Certified extends Fit {
  /** Factor on the variance between runs. */
  readonly widening: number;
  /** Joint entries of both shapes. */
  readonly entries: number;
}

/** References of one histogram that are prepared for a run once, and kept while they are needed. */
export function prepareNearest(set: ReferenceSet, spread: Float64Array, usual: number) {
  const scaled = new Map<ReferenceRun, ScaledShape>();
  const scaledOf = (run: ReferenceRun) => {
    const known = scaled.get(run) ?? scaledShape(runShape(run.counts), set.axis, hasGain(set) ? WIDE_GAINS : null);
    if (scaled.size > 2 * MOST_COMPARED) {
      scaled.clear();
    }
    scaled.set(run, known);
    return known;
  };
  return (run: number | null, grown: readonly ReferenceRun[]): Nearest => {
    const references = comparedWith(run, set.runs, grown).map((one) => ({
      widening: run === null ? 1 : wideningBetween(run, one.run),
      total: totalOf(one.counts),
      scaled: scaledOf(one),
    }));
    return { ...comparison(references, spread), spread, usual };
  };
}

/** Whether the axis scale of this histogram is fitted: as the setting says, else where the axis allows it. */
export function hasGain({ gain, axis, bins }: Pick<ReferenceSet, "gain" | "axis" | "bins">): boolean {
  return gain ?? canScale(axis, bins);
}

/** Shares, and the entries that count: more than a usual lumisection's make nothing more certain. */
export function shapeWithin(counts: Float64Array, usual: number): { shape: Float64Array; entries: number } {
  const total = totalOf(counts);
  return { shape: counts.map((count) => count / total), entries: Math.min(total, usual) };
}

/** Certified runs from before the judged one; where there are none, the earliest after it. All of them without a run. */
function comparedWith(run: number | null, trained: readonly ReferenceRun[], grown: readonly ReferenceRun[]) {
  const all = new Map([...grown, ...trained].map((one) => [one.run, one]));
  const ordered = [...all.values()].sort((a, b) => a.run - b.run);
  if (run === null) {
    return ordered.slice(-MOST_COMPARED);
  }
  const before = ordered.filter((one) => one.run <= run);
  return before.length > 0 ? before.slice(-MOST_COMPARED) : ordered.slice(0, 1);
}

interface Prepared {
  readonly widening: number;
  readonly total: number;
  readonly scaled: ScaledShape;
}

function comparison(references: readonly Prepared[], spread: Float64Array): Pick<Nearest, "fit" | "contrast"> {
  const windows = spread.length;
  const widths = [1, 2, 4, 8].filter((width) => width <= Math.max(windows / 8, 1));
  return {
    fit(shape, entries) {
      let best: Certified | null = null;
      for (const { widening, total, scaled } of references) {
        const joint = jointEntries(entries, total);
        const found = bestFit(shape, scaled, joint, spread, widening);
        if (best === null || found.distance < best.distance) {
          best = { ...found, widening, entries: joint };
        }
      }
      return best as Certified;
    },
    contrast(shape, { row, entries, widening }) {
      const usual = CONTRAST_SPREAD * mean(spread) * Math.sqrt(widening);
      return strongestContrast(shape, row, entries, usual, widths) / CONTRAST_THRESHOLD;
    },
  };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}
