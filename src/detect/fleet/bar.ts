import { quantileSorted } from "../math/statistics.ts";

/** From where on a score is worth an event, learnt from the fleet's ordinary scores. */
export interface FleetBar {
  readonly height: number;
  /** False while too few scores are known. */
  readonly known: boolean;
  /** @param score of a row that is in no event */
  learn(score: number): void;
}

const KEPT = 20_000;
const FEWEST = 100;
/** The bar is set again after this share of new scores. */
const STALE = 0.02;
/** Of ordinary scores so many are higher, if their tail goes on as it begins. */
const RISK = 1e-3;
const BODY = 0.5;
const SHOULDER = 0.05;
/** Six times rarer than usual in each metric: less is nothing to speak of, however quiet the fleet is. */
const LEAST = 0.8;
const DECADES = Math.log(BODY / RISK) / Math.log(BODY / SHOULDER);

/**
 * An exponential tail through the median and the 95 % quantile: a fleet with few metrics, whose mean scores scatter more, gets a
 * higher bar, and a few faults that were learnt as ordinary hardly move it.
 */
export function createFleetBar(): FleetBar {
  const ring = new Float64Array(KEPT);
  let added = 0;
  let setAt = 0;
  let height = LEAST;
  return {
    get height() {
      return height;
    },
    get known() {
      return added >= FEWEST;
    },
    learn: (score) => {
      ring[added % KEPT] = score;
      added++;
      const size = Math.min(added, KEPT);
      if (size >= FEWEST && added - setAt > size * STALE) {
        const sorted = ring.slice(0, size).sort();
        const middle = quantileSorted(sorted, 1 - BODY);
        height = Math.max(middle + (quantileSorted(sorted, 1 - SHOULDER) - middle) * DECADES, LEAST);
        setAt = added;
      }
    },
  };
}
