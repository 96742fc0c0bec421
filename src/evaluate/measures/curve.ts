import { CLOSED_GATE, type GateRule, stepGate } from "../../detect/threshold/gate.ts";

/** How far over its threshold a row was, as a detector said it. */
export interface Distance {
  /** 1 or more: over; NaN where nothing was said. */
  readonly ratio: number;
  /** What counts while an event lasts. */
  readonly present: number;
  readonly isClear?: boolean | undefined;
}

/** Multiples of a detector's own threshold at which its events are counted. */
export const CURVE_FACTORS: readonly number[] = [0.7, 0.85, 1, 1.2, 1.5, 2];

/** Rows in alert, 1, had the threshold been `factor` times as high; what a higher one would have taught is left aside. */
export function alertsAt(rows: readonly Distance[], factor: number, rule: GateRule): Float64Array {
  let state = CLOSED_GATE;
  return Float64Array.from(rows, ({ ratio, present, isClear }) => {
    if (!Number.isNaN(ratio)) {
      ({ state } = stepGate(state, { ratio: ratio / factor, present: present / factor, isClear }, rule));
    }
    return state.isOpen ? 1 : 0;
  });
}
