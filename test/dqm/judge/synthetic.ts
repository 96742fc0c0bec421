import { seededRandom } from "../../../src/detect/math/random.ts";
import type { LumiHistogram } from "../../../src/dqm/judge/histogram.ts";

/** A hill of 40 bins, in the way charge distributions look; `shift` moves it, in bins. */
export function hill(shift = 0): Float64Array {
  const raw = Float64Array.from({ length: 40 }, (_, bin) => Math.exp(-(((bin - 15 - shift) / 6) ** 2) / 2) + 0.05);
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
}

/** Counts drawn from a shape (Poisson by a normal distribution, good enough from some entries on). */
export function drawn(shape: Float64Array, entries: number, random: () => number): Float64Array {
  return shape.map((share) => {
    const mean = share * entries;
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  });
}

export interface SyntheticRun {
  readonly run: number;
  readonly lumis: number;
  readonly entries?: number;
  readonly shift?: number;
}

/** Lumisections of a run, 1 to `lumis`. */
export function lumisectionsOf({ run, lumis, entries = 50_000, shift = 0 }: SyntheticRun): readonly LumiHistogram[] {
  const random = seededRandom(run);
  const shape = hill(shift);
  return Array.from({ length: lumis }, (_, at) => histogram(run, at + 1, drawn(shape, entries, random)));
}

export function histogram(run: number, lumi: number, counts: ArrayLike<number>, name = "charge"): LumiHistogram {
  const kept = Float64Array.from(counts);
  return {
    run,
    lumi,
    name,
    counts: kept,
    axis: { min: 1, max: 41, flows: false },
    entries: kept.reduce((sum, count) => sum + count, 0),
  };
}
