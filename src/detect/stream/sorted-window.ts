/** Numbers seen, in order of size, at most `limit` of them: beyond that every second one is forgotten. JSON-serialisable state. */
export interface SortedWindow {
  readonly size: number;
  /** The number at this share of the order, 0…1; NaN of nothing. */
  quantile(share: number): number;
  /** How many are at least `value`. */
  countFrom(value: number): number;
  add(value: number): void;
  values(): readonly number[];
}

/** @param saved ascending numbers of an earlier window */
export function createSortedWindow(limit: number, saved: readonly number[] = []): SortedWindow {
  const kept = new Float64Array(limit);
  kept.set(saved.slice(0, limit));
  let size = Math.min(saved.length, limit);
  const firstFrom = (value: number) => {
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((kept[middle] as number) < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  return {
    get size() {
      return size;
    },
    quantile: (share) => (size === 0 ? Number.NaN : (kept[Math.min(Math.floor(share * size), size - 1)] as number)),
    countFrom: (value) => size - firstFrom(value),
    add: (value) => {
      if (size === limit) {
        for (let i = 0; 2 * i < size; i++) {
          kept[i] = kept[2 * i] as number;
        }
        size = Math.ceil(size / 2);
      }
      const at = firstFrom(value);
      kept.copyWithin(at + 1, at, size);
      kept[at] = value;
      size++;
    },
    values: () => Array.from(kept.subarray(0, size)),
  };
}
