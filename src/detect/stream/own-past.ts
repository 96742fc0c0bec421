import { createSortedWindow, type SortedWindow } from "./sorted-window.ts";

/** Turns a statistic into −log10 of the probability of so high a value among its own past. */
export interface OwnPast {
  /** The surprise of the value among those before it; then it joins them. */
  push(value: number): number;
  values(): readonly number[];
}

const TAIL_FROM = 0.98;
const FEWEST = 30;
const LIMIT = 10_000;
/** As if this many excesses as long as the middle's slope lets expect had been seen: a short past does not decide alone. */
const PRIOR = 5;

/** Ranks up to the 98th percentile, an exponential tail above it. */
export function createOwnPast(saved: readonly number[] = []): OwnPast {
  const past = createSortedWindow(LIMIT, saved);
  return {
    push: (value) => {
      const surprise = past.size < FEWEST ? 0 : surpriseAmong(past, value);
      past.add(value);
      return surprise;
    },
    values: () => past.values(),
  };
}

function surpriseAmong(past: SortedWindow, value: number): number {
  const start = past.quantile(TAIL_FROM);
  if (value <= start || !(start > past.quantile(0))) {
    return -Math.log10((past.countFrom(value) + 1) / (past.size + 1));
  }
  const above = Math.max(past.countFrom(start), 1);
  let excess = 0;
  for (const share of [0.985, 0.99, 0.995]) {
    excess += (past.quantile(share) - start) / 3 / -Math.log((1 - share) / (1 - TAIL_FROM));
  }
  const slope = (start - past.quantile(0.5)) / Math.log(0.5 / (1 - TAIL_FROM));
  const scale = Math.max((above * excess + PRIOR * slope) / (above + PRIOR), 1e-9 * Math.abs(start), 1e-12);
  return -Math.log10(1 - TAIL_FROM) + ((value - start) / scale) * Math.LOG10E;
}
