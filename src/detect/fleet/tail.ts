const LIMIT = 240;
const TAIL_SHARE = 0.02;
const FEWEST_TAIL = 4;
const FEWEST = 20;
/** The order is made again when this share of the amounts is newer than it: sorting at each would cost most of the time. */
const STALE = 0.05;

/** The newest amounts of one kind, at most 240 (or `limit`), and how rare a new one would be among them. */
export interface RecentTail {
  readonly size: number;
  /** −log10 of the share of amounts at least this high; a Pareto tail goes on beyond the highest 2 %. */
  surprise(amount: number): number;
  add(amount: number): void;
  /** An independent one that knows the same. */
  copy(): RecentTail;
}

export function createRecentTail(limit: number = LIMIT): RecentTail {
  return tailOf(new Float64Array(limit), 0);
}

function tailOf(ring: Float64Array, known: number): RecentTail {
  const limit = ring.length;
  let sorted: Float64Array | null = null;
  let added = known;
  let sortedAt = 0;
  return {
    get size() {
      return Math.min(added, limit);
    },
    surprise: (amount) => {
      const size = Math.min(added, limit);
      if (size < FEWEST) {
        return 0;
      }
      if (sorted === null || added - sortedAt > size * STALE) {
        sorted = ring.slice(0, size).sort();
        sortedAt = added;
      }
      return tailSurprise(sorted, amount);
    },
    add: (amount) => {
      ring[added % limit] = amount;
      added++;
    },
    copy: () => tailOf(ring.slice(), added),
  };
}

function tailSurprise(sorted: Float64Array, amount: number): number {
  const size = sorted.length;
  const inTail = Math.max(Math.ceil(TAIL_SHARE * size), FEWEST_TAIL);
  const start = Math.max(sorted[size - inTail] as number, 1e-6);
  if (amount <= start) {
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] as number) < amount) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return -Math.log10((size - low + 1) / (size + 1));
  }
  // Hill's estimate of the Pareto index, held back by as many observations of index 1/4.
  let sum = 0;
  for (let i = size - inTail; i < size; i++) {
    sum += Math.log(Math.max(sorted[i] as number, start) / start);
  }
  const inverseIndex = (sum + inTail * 0.25) / (2 * inTail);
  return -Math.log10((inTail + 1) / (size + 1)) + Math.log10(amount / start) / inverseIndex;
}
