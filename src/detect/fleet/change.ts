import { median } from "../math/statistics.ts";

/** Signed changes of a metric against its last hour; up and down are kept apart by the sign. */
export interface ChangeTracker {
  /** @returns changes of the newest value and of the newest three, in units of log; NaN while there is too little */
  push(value: number): readonly [number, number];
}

const BEFORE = 60;
const FEWEST = 10;
const RECENT = 3;

/** @param floor added before taking the logarithm, so that zeros and tiny values do not count as large changes */
export function createChangeTracker(floor: () => number): ChangeTracker {
  const kept: number[] = [];
  return {
    push: (value) => {
      if (!Number.isFinite(value)) {
        return [Number.NaN, Number.NaN];
      }
      kept.push(value);
      if (kept.length > BEFORE + RECENT) {
        kept.shift();
      }
      const before = kept.slice(0, -RECENT);
      if (before.length < FEWEST) {
        return [Number.NaN, Number.NaN];
      }
      const add = floor();
      const log = (x: number) => Math.log(Math.max(x, 0) + add);
      const usual = log(median(before));
      return [log(value) - usual, log(median(kept.slice(-RECENT))) - usual];
    },
  };
}
