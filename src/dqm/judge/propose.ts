import { weightedMedian } from "./median.ts";
import { type ReferenceSet, runShape } from "./references.ts";

/** A run as a candidate for the references of a histogram. */
export interface ProposedRun {
  readonly run: number;
  readonly proposed: boolean;
  /** Distance of its shape to the median shape of all runs (Hellinger, 0 to 1). */
  readonly distance: number;
  readonly lumisections: number;
  /** Why it is proposed or not, as a sentence. */
  readonly reason: string;
}

/** Shorter runs say little of their shape. */
const FEWEST_LUMISECTIONS = 10;
/** A run is far when its distance is this many times that of the middle one. */
const FAR = 3;
/** The middle of fewer runs is not worth much: nothing is called far. */
const FEWEST_RUNS = 3;
/** Runs weigh by their length, as bad ones are stopped early, but one long run shall not decide alone. */
const HEAVIEST = 200;
/** Even runs that agree very well may differ by this. */
const LEAST_DISTANCE = 0.01;

/**
 * Which runs to take as references when nobody has certified any: those near the median shape of all runs that are long enough.
 * It holds as long as most data is good; people decide.
 */
export function proposeReferences(set: ReferenceSet): readonly ProposedRun[] {
  const long = set.runs.filter(({ lumisections }) => lumisections >= FEWEST_LUMISECTIONS);
  const shapes = new Map(set.runs.map(({ run, counts }) => [run, runShape(counts)]));
  const weights = long.map(({ lumisections }) => Math.min(lumisections, HEAVIEST));
  const middle = medianShape(
    long.map(({ run }) => shapes.get(run) as Float64Array),
    weights,
  );
  const distances = new Map(set.runs.map(({ run }) => [run, hellinger(shapes.get(run) as Float64Array, middle)]));
  const usual = Math.max(
    weightedMedian(
      long.map(({ run }) => distances.get(run) as number),
      weights,
    ),
    LEAST_DISTANCE,
  );
  return set.runs.map(({ run, lumisections }) => {
    const distance = distances.get(run) as number;
    const isShort = lumisections < FEWEST_LUMISECTIONS;
    const isFar = long.length >= FEWEST_RUNS && distance > FAR * usual;
    const reason = isShort
      ? `only ${lumisections} lumisections, ${FEWEST_LUMISECTIONS} are needed`
      : isFar
        ? `${(distance / usual).toFixed(1)} times as far from the median shape as the middle run`
        : `near the median shape of ${long.length} runs`;
    return { run, proposed: !isShort && !isFar, distance, lumisections, reason };
  });
}

/** Median share per bin, brought back to a sum of 1. */
function medianShape(shapes: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const [first = new Float64Array(0)] = shapes;
  const middle = first.map((_, bin) =>
    weightedMedian(
      shapes.map((shape) => shape[bin] as number),
      weights,
    ),
  );
  const total = middle.reduce((sum, share) => sum + share, 0);
  return middle.map((share) => share / total);
}

/** √(½ Σ (√p − √q)²). */
function hellinger(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let bin = 0; bin < q.length; bin++) {
    sum += (Math.sqrt(p[bin] as number) - Math.sqrt(q[bin] as number)) ** 2;
  }
  return Math.sqrt(sum / 2);
}
