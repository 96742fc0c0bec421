import { UserError } from "../../alert/user-error.ts";
import { seededRandom } from "../../detect/math/random.ts";
import { type Axis, type LumiHistogram, shapeOf, totalOf } from "./histogram.ts";

/** One certified run of one histogram: the sum of its good lumisections, and a sample of them. */
export interface ReferenceRun {
  readonly run: number;
  /** Sum of the counts of all its lumisections. */
  readonly counts: Float64Array;
  readonly lumisections: number;
  /** At most {@link SAMPLE} of its lumisections, drawn evenly, in their order. */
  readonly sample: readonly Float64Array[];
  /** How it came in where certification brought it; without it somebody trained on it. */
  readonly certified?: Certification | undefined;
}

/** What made a run a reference. */
export interface Certification {
  /** Lumisections that taught, e.g. `12-263,265-420`: when others are certified, it is read again. */
  readonly lumisections: string;
  /** Who or what certified it, as a sentence. */
  readonly because: string;
}

/** Everything that is known of good data of one histogram. */
export interface ReferenceSet {
  readonly name: string;
  readonly bins: number;
  readonly axis: Axis;
  /** Whether the scale of the axis is fitted before shapes are compared; without it the axis decides. */
  readonly gain?: boolean | undefined;
  /** By run number, ascending; at least one. */
  readonly runs: readonly ReferenceRun[];
}

/** Lumisections of a run that are kept one by one. */
export const SAMPLE = 256;
/** Reference runs of one histogram; with more, the newest are kept. */
export const MOST_RUNS = 100;
const MOST_HISTOGRAMS = 2000;

interface Growing {
  readonly axis: Axis;
  readonly bins: number;
  readonly runs: Map<number, GrowingRun>;
}

interface GrowingRun {
  readonly counts: Float64Array;
  lumisections: number;
  readonly sample: { readonly lumi: number; readonly counts: Float64Array }[];
}

/** Takes good lumisections one by one, in any order, in memory that depends on runs and histograms only. */
export interface ReferenceCollector {
  /** False when it teaches nothing: it is empty, or has other bins than the first of its name. */
  add(histogram: LumiHistogram): boolean;
  /** What has been learnt, by histogram name. @throws UserError when that is nothing */
  sets(): readonly ReferenceSet[];
  /** Histograms that had no entries in any lumisection: nothing can be learnt of them. */
  empty(): readonly string[];
}

/** @param seed of the sample that is kept of each run */
export function collectReferences(seed: number): ReferenceCollector {
  const random = seededRandom(seed);
  const names = new Map<string, Growing>();
  return {
    add(histogram) {
      const { name, counts, axis } = histogram;
      let known = names.get(name);
      if (known === undefined) {
        if (names.size >= MOST_HISTOGRAMS) {
          throw new UserError(
            `more than ${MOST_HISTOGRAMS} histograms`,
            "training data",
            "choose some with --histogram, or train several models",
          );
        }
        known = { axis, bins: counts.length, runs: new Map() };
        names.set(name, known);
      }
      if (counts.length !== known.bins || !(totalOf(counts) > 0)) {
        return false;
      }
      addTo(known, histogram, random);
      return true;
    },
    sets() {
      const filled = [...names].filter(([, { runs }]) => runs.size > 0);
      if (filled.length === 0) {
        const what = names.size === 0 ? "no good lumisection" : "no good lumisection has entries in any histogram";
        throw new UserError(what, "training data", "give at least one run that is known to be good");
      }
      return filled.map(([name, { axis, bins, runs }]) => ({ name, axis, bins, runs: finished(runs) }));
    },
    empty: () => [...names].flatMap(([name, { runs }]) => (runs.size === 0 ? [name] : [])),
  };
}

function addTo(known: Growing, { run, lumi, counts }: LumiHistogram, random: () => number): void {
  let into = known.runs.get(run);
  if (into === undefined) {
    if (known.runs.size >= MOST_RUNS) {
      known.runs.delete(Math.min(...known.runs.keys()));
    }
    into = { counts: new Float64Array(known.bins), lumisections: 0, sample: [] };
    known.runs.set(run, into);
  }
  for (let bin = 0; bin < counts.length; bin++) {
    into.counts[bin] = (into.counts[bin] as number) + (counts[bin] as number);
  }
  into.lumisections++;
  // Reservoir sampling (Vitter 1985): each lumisection stays with the same probability.
  const place = into.sample.length < SAMPLE ? into.sample.length : Math.floor(random() * into.lumisections);
  if (place < SAMPLE) {
    into.sample[place] = { lumi, counts };
  }
}

function finished(runs: ReadonlyMap<number, GrowingRun>): readonly ReferenceRun[] {
  return [...runs]
    .sort(([a], [b]) => a - b)
    .map(([run, { counts, lumisections, sample }]) => ({
      run,
      counts,
      lumisections,
      sample: [...sample].sort((a, b) => a.lumi - b.lumi).map((one) => one.counts),
    }));
}

/** References with those of other runs added; of a run that both have, `newer` counts. Sets of other bins stay as they are in `newer`. */
export function mergeReferences(
  older: readonly ReferenceSet[],
  newer: readonly ReferenceSet[],
): readonly ReferenceSet[] {
  const merged = new Map(older.map((set) => [set.name, set]));
  for (const set of newer) {
    const known = merged.get(set.name);
    merged.set(set.name, known === undefined || known.bins !== set.bins ? set : joined(known, set));
  }
  return [...merged.values()];
}

/** The sets without some runs; of a set that has no other, that set too. */
export function withoutRuns(sets: readonly ReferenceSet[], gone: ReadonlySet<number>): readonly ReferenceSet[] {
  return sets.flatMap((set) => {
    const runs = set.runs.filter(({ run }) => !gone.has(run));
    return runs.length === 0 ? [] : [{ ...set, runs }];
  });
}

function joined(older: ReferenceSet, newer: ReferenceSet): ReferenceSet {
  const runs = new Map([...older.runs, ...newer.runs].map((one) => [one.run, one]));
  const sorted = [...runs.values()].sort((a, b) => a.run - b.run);
  return { ...newer, runs: sorted.slice(-MOST_RUNS) };
}

/** Half an entry a bin: a share that was never seen is small, not impossible. */
const PRIOR_COUNT = 0.5;

/** Share per bin of one run. */
export function runShape(counts: ArrayLike<number>): Float64Array {
  const padded = Float64Array.from(counts, (count) => count + PRIOR_COUNT);
  return shapeOf(padded);
}

/** Mean share per bin with every run counting the same, however many lumisections or entries it has. */
export function balancedShape({ bins, runs }: ReferenceSet): Float64Array {
  const mean = new Float64Array(bins);
  for (const { counts } of runs) {
    const shape = runShape(counts);
    for (let bin = 0; bin < bins; bin++) {
      mean[bin] = (mean[bin] as number) + (shape[bin] as number) / runs.length;
    }
  }
  return mean;
}

/** Entries of a usual lumisection: the median over the samples. More entries than that do not make a score more certain. */
export function usualTotal({ runs }: ReferenceSet): number {
  const totals = runs.flatMap(({ sample }) => sample.map(totalOf)).sort((a, b) => a - b);
  return totals[Math.floor(totals.length / 2)] ?? 1;
}
