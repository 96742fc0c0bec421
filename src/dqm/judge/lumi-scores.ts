import { leastRatio, partOf } from "./comparisons.ts";
import { AROUND, type Neighbourhood, withNeighbours } from "./neighbours.ts";

/** What is said of one lumisection. */
export interface LumiScore {
  readonly run: number;
  readonly lumi: number;
  /** 1 and more is bad: seen with its neighbours, and with how many histograms were looked at. NaN when all were empty. */
  readonly score: number;
  /** The histogram that is worst, of the part that is worst; null when all were empty. */
  readonly histogram: string | null;
  /** Scale of that histogram's axis beside the nearest reference run; null where none is fitted. */
  readonly gain: number | null;
  /** The detector part that is worst, where there are several histograms: how many of its histograms are over their threshold. */
  readonly part: PartScore | null;
}

export interface PartScore {
  readonly name: string;
  readonly over: number;
  readonly histograms: number;
}

/** Scores of one histogram in one run. */
export interface HistogramScores {
  readonly name: string;
  /** Score from which on a lumisection is bad by this histogram alone. */
  readonly threshold: number;
  /** Ascending. */
  readonly lumis: readonly number[];
  /** Raw scores, NaN for an empty histogram. */
  readonly scores: Float64Array;
  /** NaN where none is fitted. */
  readonly gains: Float32Array;
}

interface Part {
  readonly name: string;
  readonly histograms: number;
  /** Ratio and index of the histogram, by lumisection. */
  readonly ratios: Map<number, { readonly ratio: number; readonly at: number; readonly gain: number }[]>;
}

/**
 * Puts the scores of a run's histograms together, by lumisection, ascending. One odd histogram among hundreds is expected; a lumisection is bad by a
 * far score of one, or by several of the same part of the detector.
 */
export function lumiScores(
  run: number,
  histograms: readonly HistogramScores[],
  neighbourhood: Neighbourhood = AROUND,
): readonly LumiScore[] {
  const parts = new Map<string, Part>();
  const all = new Set<number>();
  const sizes = new Map<string, number>();
  for (const { name } of histograms) {
    sizes.set(partOf(name), (sizes.get(partOf(name)) ?? 0) + 1);
  }
  for (const [at, { name, threshold, lumis, scores, gains }] of histograms.entries()) {
    const key = partOf(name);
    const part = parts.get(key) ?? { name: key, histograms: sizes.get(key) ?? 1, ratios: new Map() };
    parts.set(key, part);
    const seen = withNeighbours(
      lumis,
      scores.map((score) => Math.max(score, Number.MIN_VALUE)),
      neighbourhood,
    );
    for (const [place, lumi] of lumis.entries()) {
      all.add(lumi);
      const ratio = (seen[place] as number) / threshold;
      if (!Number.isNaN(ratio)) {
        keepWorst(part, lumi, { ratio, at, gain: gains[place] as number });
      }
    }
  }
  const limits = limitsOf([...parts.values()], histograms.length);
  return [...all].sort((a, b) => a - b).map((lumi) => worstOf(run, lumi, parts, histograms, limits));
}

/** Histograms of a part that are ranked: more of them change nothing. */
const MOST_RANKED = 10;

function keepWorst({ ratios }: Part, lumi: number, found: { ratio: number; at: number; gain: number }): void {
  const known = ratios.get(lumi);
  if (known === undefined) {
    ratios.set(lumi, [found]);
    return;
  }
  if (known.length < MOST_RANKED || found.ratio > (known.at(-1)?.ratio ?? 0)) {
    known.push(found);
    known.sort((a, b) => b.ratio - a.ratio);
    known.length = Math.min(known.length, MOST_RANKED);
  }
}

/** What the m-th worst histogram of a part must reach, by part. */
function limitsOf(parts: readonly Part[], histograms: number): ReadonlyMap<string, readonly number[]> {
  return new Map(
    parts.map((part) => [
      part.name,
      Array.from({ length: MOST_RANKED }, (_, at) =>
        leastRatio({ histograms, inPart: part.histograms, parts: parts.length, rank: at + 1 }),
      ),
    ]),
  );
}

function worstOf(
  run: number,
  lumi: number,
  parts: ReadonlyMap<string, Part>,
  histograms: readonly HistogramScores[],
  limits: ReadonlyMap<string, readonly number[]>,
): LumiScore {
  let best: LumiScore = { run, lumi, score: Number.NaN, histogram: null, gain: null, part: null };
  for (const { name, histograms: size, ratios } of parts.values()) {
    const ranked = ratios.get(lumi) ?? [];
    const [worst] = ranked;
    const score = ranked.reduce(
      (most, { ratio }, at) => Math.max(most, ratio / (limits.get(name)?.[at] as number)),
      Number.NEGATIVE_INFINITY,
    );
    if (worst !== undefined && !(score <= best.score)) {
      const over = ranked.filter(({ ratio }) => ratio >= 1).length;
      best = {
        run,
        lumi,
        score,
        histogram: histograms[worst.at]?.name ?? null,
        gain: Number.isNaN(worst.gain) ? null : worst.gain,
        part: histograms.length > 1 ? { name, over, histograms: size } : null,
      };
    }
  }
  return best;
}
