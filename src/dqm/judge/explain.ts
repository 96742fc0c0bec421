import type { BinEvidence } from "../../alert/dqm.ts";
import { expectedShape, pullsOf, shareVariance } from "./detectors/pull.ts";
import { binName, type LumiHistogram, shapeOf, totalOf } from "./histogram.ts";
import type { ReferenceSet } from "./references.ts";

/** Half the width of the band, in standard deviations. */
const BAND = 2;
/** Bins that people are told of. */
const MOST_TOLD = 3;
/** Less than this many standard deviations is not worth telling. */
const LEAST_TOLD = 2;

/** Explains histograms by what their references show. */
export type Explainer = (histogram: Pick<LumiHistogram, "lumi" | "name" | "counts">) => BinEvidence;

/** @param set references of this very histogram; whatever detector scored it, this is what its bins should hold */
export function explainer(set: ReferenceSet): Explainer {
  const expected = expectedShape(set);
  return ({ lumi, name, counts }) => {
    const total = totalOf(counts);
    const deviation = Array.from(expected.mean, (_, bin) => Math.sqrt(shareVariance(expected, bin, total)));
    const mean = [...expected.mean];
    const edge = (side: number) =>
      mean.map((share, bin) => Math.max(share + side * BAND * (deviation[bin] as number), 0));
    return {
      lumi,
      histogram: name,
      bins: mean.map((_, bin) => binName(bin, set.bins, set.axis)),
      seen: [...shapeOf(counts)],
      expected: mean,
      low: edge(-1),
      high: edge(1),
      pulls: total > 0 ? [...pullsOf(counts, expected)] : mean.map(() => 0),
    };
  };
}

/** The regions that are farthest off, as sentences: neighbouring bins that are off to the same side are one region. */
export function describeEvidence({ bins, seen, expected, pulls }: BinEvidence): readonly string[] {
  return regions(pulls)
    .map(([first, last]) => ({ first, last, off: sumOf(pulls, first, last) }))
    .sort((a, b) => Math.abs(b.off) - Math.abs(a.off))
    .slice(0, MOST_TOLD)
    .map(({ first, last }) => {
      const worst = Math.max(...pulls.slice(first, last + 1).map(Math.abs));
      const name = first === last ? bins[first] : joinNames(bins[first] ?? "", bins[last] ?? "");
      return `${name}: ${percent(sumOf(seen, first, last))} where ${percent(sumOf(expected, first, last))} is usual (up to ${worst.toFixed(1)} standard deviations)`;
    });
}

/** Inclusive stretches of bins that are off to one side. */
function regions(pulls: readonly number[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const [bin, pull] of pulls.entries()) {
    if (Math.abs(pull) < LEAST_TOLD) {
      continue;
    }
    const last = found.at(-1);
    if (last !== undefined && last[1] === bin - 1 && Math.sign(pulls[bin - 1] ?? 0) === Math.sign(pull)) {
      last[1] = bin;
    } else {
      found.push([bin, bin]);
    }
  }
  return found;
}

/** "0 to 800" and "1600 to 2400" are "0 to 2400". */
function joinNames(first: string, last: string): string {
  const [from] = first.split(" to ");
  return `${from} to ${last.split(" to ")[1] ?? last}`;
}

function sumOf(values: readonly number[], first: number, last: number): number {
  return values.slice(first, last + 1).reduce((sum, value) => sum + value, 0);
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
