import { median } from "../math/statistics.ts";

const DAY = 86_400;
const SLOTS = 48;
const MAX_DAYS = 60;
const FEWEST_DAYS = 2;

/** JSON-serialisable. */
export interface DailyState {
  /** Per half-hour the means of earlier days. */
  readonly days: readonly (readonly number[])[];
  readonly slot: number;
  readonly day: number;
  readonly sum: number;
  readonly count: number;
}

/** Difference of a value to the median of earlier days at its half-hour. */
export interface DailyResidual {
  /** @param time Unix seconds, NaN where not known: then 0 */
  push(value: number, time: number): number;
  state(): DailyState;
}

export function createDailyResidual(saved?: DailyState): DailyResidual {
  const days = Array.from({ length: SLOTS }, (_, slot) => [...(saved?.days[slot] ?? [])]);
  let { slot, day, sum, count } = saved ?? { slot: -1, day: -1, sum: 0, count: 0 };
  const usual = new Map<number, number>();
  const close = () => {
    const means = days[slot];
    if (means !== undefined && count > 0) {
      means.push(sum / count);
      if (means.length > MAX_DAYS) {
        means.shift();
      }
      usual.delete(slot);
    }
    sum = 0;
    count = 0;
  };
  return {
    push: (value, time) => {
      if (!Number.isFinite(time)) {
        return 0;
      }
      const nowDay = Math.floor(time / DAY);
      const nowSlot = Math.floor(((time - nowDay * DAY) / DAY) * SLOTS);
      if (nowSlot !== slot || nowDay !== day) {
        close();
        slot = nowSlot;
        day = nowDay;
      }
      sum += value;
      count++;
      const means = days[slot] as number[];
      if (means.length < FEWEST_DAYS) {
        return 0;
      }
      const expected = usual.get(slot) ?? median(means);
      usual.set(slot, expected);
      return value - expected;
    },
    state: () => ({ days: days.map((means) => [...means]), slot, day, sum, count }),
  };
}
