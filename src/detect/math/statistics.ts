/** Finite values of `values`, ascending. */
export function sortedFinite(values: ArrayLike<number>): Float64Array {
  let count = 0;
  const kept = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isFinite(value)) {
      kept[count++] = value;
    }
  }
  return kept.subarray(0, count).sort();
}

/** Quantile of ascending values with linear interpolation (type 7 of Hyndman and Fan); NaN of nothing. */
export function quantileSorted(sorted: ArrayLike<number>, p: number): number {
  const last = sorted.length - 1;
  if (last < 0) {
    return Number.NaN;
  }
  const position = Math.min(Math.max(p, 0), 1) * last;
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, last)] as number;
  return low + (high - low) * (position - below);
}

/** Median of the finite values; NaN of nothing. */
export function median(values: ArrayLike<number>): number {
  return quantileSorted(sortedFinite(values), 0.5);
}
