/** Inclusive ranges of lumisections by run, as certification JSONs hold them; ascending, apart from each other. */
export type GoldenRanges = ReadonlyMap<number, readonly Range[]>;
/** First and last lumisection, both in it. */
export type Range = readonly [number, number];

/** Ranges in order, those that overlap or touch as one. */
export function normalise(ranges: readonly Range[]): readonly Range[] {
  const merged: [number, number][] = [];
  for (const [first, last] of [...ranges].sort(([a], [b]) => a - b)) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before[1] + 1) {
      before[1] = Math.max(before[1], last);
    } else {
      merged.push([first, last]);
    }
  }
  return merged;
}

/** Ranges of lumisections that were named one by one. */
export function rangesOf(lumis: Iterable<number>): readonly Range[] {
  return normalise([...lumis].map((lumi) => [lumi, lumi]));
}

/** Everything that is in one of them. */
export function mergeGolden(all: readonly GoldenRanges[]): GoldenRanges {
  return byRun(all, (lists) => normalise(lists.flat()));
}

/** What is in all of them; nothing of none. */
export function intersectGolden(all: readonly GoldenRanges[]): GoldenRanges {
  return byRun(all, (lists) => lists.slice(1).reduce(overlap, lists[0] ?? []));
}

/** What is in the first and in none of the others. */
export function subtractGolden(from: GoldenRanges, others: readonly GoldenRanges[]): GoldenRanges {
  return byRun([from, mergeGolden(others)], ([first = [], second = []]) => without(first, second));
}

export function contains(golden: GoldenRanges, run: number, lumi: number): boolean {
  return golden.get(run)?.some(([first, last]) => first <= lumi && lumi <= last) ?? false;
}

/** Number of lumisections. */
export function lumisectionsIn(golden: GoldenRanges): number {
  return [...golden.values()].flat().reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** Applies an operation to each run's ranges; runs without any are left out, the others ascend. */
function byRun(
  all: readonly GoldenRanges[],
  combine: (lists: readonly (readonly Range[])[]) => readonly Range[],
): GoldenRanges {
  const runs = [...new Set(all.flatMap((one) => [...one.keys()]))].sort((a, b) => a - b);
  const combined = runs.map((run) => [run, combine(all.map((one) => one.get(run) ?? []))] as const);
  return new Map(combined.filter(([, ranges]) => ranges.length > 0));
}

function overlap(a: readonly Range[], b: readonly Range[]): readonly Range[] {
  const common: Range[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const [firstA, lastA] = a[i] as Range;
    const [firstB, lastB] = b[j] as Range;
    if (Math.max(firstA, firstB) <= Math.min(lastA, lastB)) {
      common.push([Math.max(firstA, firstB), Math.min(lastA, lastB)]);
    }
    if (lastA < lastB) {
      i++;
    } else {
      j++;
    }
  }
  return normalise(common);
}

function without(from: readonly Range[], taken: readonly Range[]): readonly Range[] {
  let left = from;
  for (const [first, last] of taken) {
    left = left.flatMap(([a, b]): readonly Range[] => {
      if (b < first || a > last) {
        return [[a, b]];
      }
      const before: readonly Range[] = a < first ? [[a, first - 1]] : [];
      return b > last ? [...before, [last + 1, b]] : before;
    });
  }
  return left;
}
