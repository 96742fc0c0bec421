/** A single histogram's good lumisections exceed its threshold with this probability, and x times the threshold with that of a power of x. */
const FALSE_RATE = 0.005;
const TAIL = 3;

/** How many histograms a lumisection is judged by. */
export interface Comparisons {
  readonly histograms: number;
  /** Of the part of the detector that is looked at. */
  readonly inPart: number;
  readonly parts: number;
  /** 1 for the worst histogram of the part, 2 for the second worst … */
  readonly rank: number;
}

/**
 * Ratio of score and threshold that the histogram of this rank must reach, so that all ranks, parts and histograms together call no more good
 * lumisections bad than one histogram alone. Histograms exceed a ratio x independently, with probability {@link FALSE_RATE} · x^−{@link TAIL}; the number of
 * those that do is nearly Poisson. 1 at least.
 */
export function leastRatio({ histograms, inPart, parts, rank }: Comparisons): number {
  if (histograms <= 1) {
    return 1;
  }
  const wanted = FALSE_RATE / (rank === 1 ? 1 : parts * RANKS);
  const size = rank === 1 ? histograms : inPart;
  let [low, high] = [1, 1000];
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high);
    if (atLeast(rank, size * FALSE_RATE * middle ** -TAIL) > wanted) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low === 1 ? 1 : high;
}

/** Ranks that are looked at, each with its share of the allowed rate. */
const RANKS = 10;

/** P(N ≥ rank) of a Poisson variable. */
function atLeast(rank: number, mean: number): number {
  let term = Math.exp(-mean);
  let below = 0;
  for (let count = 0; count < rank; count++) {
    below += term;
    term *= mean / (count + 1);
  }
  return Math.max(1 - below, 0);
}

/** The part of the detector that a histogram's path names: `Pixel/Barrel` of `Pixel/Barrel/charge_1`; the name itself without a path. */
export function partOf(name: string): string {
  const folders = name
    .split("/")
    .filter((folder) => folder !== "")
    .slice(0, -1);
  return folders.length === 0 ? name : folders.slice(0, 2).join("/");
}
