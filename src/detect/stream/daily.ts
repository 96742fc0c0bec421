import { median } from "../math/statistics.ts";

const DAY = 86_400;
const SLOTS = 48;
/** Days of the Unix epoch, a Thursday, counted from a Monday. */
const FROM_MONDAY = 3;
const SATURDAY = 5;
const MAX_DAYS = 60;
const FEWEST_DAYS = 3;

/** JSON-serialisable. */
export interface DailyState {
  /** Per half-hour the means of earlier days; those of weekends after the others, where they are told apart. */
  readonly days: readonly (readonly number[])[];
  readonly slot: number;
  readonly day: number;
  readonly sum: number;
  readonly count: number;
}

/** Difference of a value to the median of earlier days of its kind at its half-hour (UTC). */
export interface DailyResidual {
  /** @param time Unix seconds, NaN where not known · @returns NaN without a time, and before three days of the kind are known */
  push(value: number, time: number): number;
  state(): DailyState;
}

/** @param kinds whether Saturdays and Sundays are compared with each other only */
export function createDailyResidual(kinds: "every day" | "weekends apart", saved?: DailyState): DailyResidual {
  const days = Array.from({ length: kinds === "every day" ? SLOTS : 2 * SLOTS }, (_, slot) => [
    ...(saved?.days[slot] ?? []),
  ]);
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
        return Number.NaN;
      }
      const nowDay = Math.floor(time / DAY);
      const halfHour = Math.floor(((time - nowDay * DAY) / DAY) * SLOTS);
      const nowSlot = kinds === "weekends apart" && isWeekend(nowDay) ? SLOTS + halfHour : halfHour;
      if (nowSlot !== slot || nowDay !== day) {
        close();
        slot = nowSlot;
        day = nowDay;
      }
      sum += value;
      count++;
      const means = days[slot] as number[];
      if (means.length < FEWEST_DAYS) {
        return Number.NaN;
      }
      const expected = usual.get(slot) ?? median(means);
      usual.set(slot, expected);
      return value - expected;
    },
    state: () => ({ days: days.map((means) => [...means]), slot, day, sum, count }),
  };
}

function isWeekend(day: number): boolean {
  return (((day + FROM_MONDAY) % 7) + 7) % 7 >= SATURDAY;
}
