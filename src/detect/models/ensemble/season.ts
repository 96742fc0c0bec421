import { hourOfWeekIn } from "../../events/local-hour.ts";

/** A repeating course of some metrics over a period, in units of their spread. */
export interface Season {
  /** Seconds; 0 where nothing repeats. */
  readonly period: number;
  /** IANA name of the zone whose days (or weeks) it follows, summer time and all; null where rows have no times. */
  readonly zone: string | null;
  readonly slots: number;
  /** Metrics that follow it, ascending. */
  readonly metrics: readonly number[];
  /** slots × metrics.length. */
  readonly profile: Float64Array;
  /** Spread of what the profile leaves, per metric of `metrics`. */
  readonly spread: Float64Array;
}

export const NO_SEASON: Season = {
  period: 0,
  zone: null,
  slots: 1,
  metrics: [],
  profile: new Float64Array(),
  spread: new Float64Array(),
};

const SLOTS = 48;
const HOUR = 3600;
const WEEK_HOURS = 168;
const PROFILE_CLIP = 5;
/** A metric follows the season when the profile explains this share of its variance. */
const LEAST_EXPLAINED = 0.2;
const LEAST_PERIODS = 3;
const DAY = 86_400;
const WEEK = 7 * DAY;
/** Rows per day of the usual steps from an hour to 15 seconds; tried, shortest first, where rows have no times. */
const ROWS_PER_DAY = [24, 48, 96, 144, 288, 720, 1440, 2880, 5760];
/** A shorter period is taken when it explains this share of what the best one explains. */
const NEARLY_AS_GOOD = 0.9;

/**
 * Learns the daily course of standardised rows, or the course of a week by its hours where three weeks say that it explains clearly
 * more. Without times the length of a day in rows is found by trying the usual ones.
 * @param z rows × size · @param times seconds per row, ascending · @param step seconds between rows
 * @param zone IANA name of people's time zone; null where `times` only count rows
 */
export function fitSeason(
  z: Float64Array,
  size: number,
  times: Float64Array,
  step: number,
  zone: string | null,
): Season {
  const rows = times.length;
  const span = rows === 0 ? 0 : (times[rows - 1] as number) - (times[0] as number) + step;
  const periods = zone === null ? ROWS_PER_DAY.map((count) => count * step) : [DAY, WEEK];
  const tried = periods
    .filter((period) => span >= LEAST_PERIODS * period)
    .map((period) => {
      const fitted = profileOf(z, size, times, { period, zone, step });
      const explained = period === WEEK ? withoutChance(fitted.explained, span / WEEK) : fitted.explained;
      const total = explained.reduce((sum, share) => sum + Math.max(share - LEAST_EXPLAINED, 0), 0);
      return { ...fitted, explained, total };
    });
  const best = Math.max(...tried.map(({ total }) => total), 0);
  const chosen = tried.find(({ total }) => total > 0 && total >= NEARLY_AS_GOOD * best);
  return chosen === undefined ? NO_SEASON : seasonOf(chosen, size);
}

/** What is explained beyond what so many slots would of values that keep for an hour and repeat by chance alone. */
function withoutChance(explained: readonly number[], weeks: number): readonly number[] {
  return explained.map((share) => 1 - ((1 - share) * weeks) / (weeks - 1));
}

/** Gives the position in the profile of a time. */
export function slotOf({ period, zone, slots }: Pick<Season, "period" | "zone" | "slots">): (time: number) => number {
  const hourOfWeek = zone === null ? null : hourOfWeekIn(zone);
  return (time) => {
    const local = hourOfWeek === null ? time : hourOfWeek(time) * HOUR + modulo(time, HOUR);
    return Math.min(Math.floor((modulo(local, period) / period) * slots), slots - 1);
  };
}

const modulo = (value: number, by: number) => ((value % by) + by) % by;

interface Fitted {
  readonly period: number;
  readonly zone: string | null;
  readonly slots: number;
  readonly means: Float64Array;
  readonly explained: readonly number[];
  readonly spread: readonly number[];
}

function profileOf(
  z: Float64Array,
  size: number,
  times: Float64Array,
  { period, zone, step }: { readonly period: number; readonly zone: string | null; readonly step: number },
): Fitted {
  const slots = Math.max(Math.min(period === WEEK ? WEEK_HOURS : SLOTS, Math.floor(period / step)), 1);
  const slotOfRow = Uint16Array.from(times, slotOf({ period, zone, slots }));
  const means = new Float64Array(slots * size);
  const counts = new Float64Array(slots);
  const clipped = (row: number, i: number) =>
    Math.min(Math.max(z[row * size + i] as number, -PROFILE_CLIP), PROFILE_CLIP);
  for (let row = 0; row < times.length; row++) {
    const slot = slotOfRow[row] as number;
    counts[slot] = (counts[slot] as number) + 1;
    for (let i = 0; i < size; i++) {
      means[slot * size + i] = (means[slot * size + i] as number) + clipped(row, i);
    }
  }
  for (let k = 0; k < means.length; k++) {
    means[k] = (means[k] as number) / Math.max(counts[Math.floor(k / size)] as number, 1);
  }
  const whole = new Float64Array(size);
  const rest = new Float64Array(size);
  const unclipped = new Float64Array(size);
  for (let row = 0; row < times.length; row++) {
    for (let i = 0; i < size; i++) {
      const mean = means[(slotOfRow[row] as number) * size + i] as number;
      whole[i] = (whole[i] as number) + clipped(row, i) ** 2;
      rest[i] = (rest[i] as number) + (clipped(row, i) - mean) ** 2;
      unclipped[i] = (unclipped[i] as number) + ((z[row * size + i] as number) - mean) ** 2;
    }
  }
  return {
    period,
    zone,
    slots,
    means,
    explained: Array.from(whole, (sum, i) => (sum > 0 ? 1 - (rest[i] as number) / sum : 0)),
    spread: Array.from(unclipped, (sum) => Math.sqrt(sum / times.length) || 1),
  };
}

function seasonOf({ period, zone, slots, means, explained, spread }: Fitted, size: number): Season {
  const metrics = explained.flatMap((share, i) => (share > LEAST_EXPLAINED ? [i] : []));
  const profile = new Float64Array(slots * metrics.length);
  for (let slot = 0; slot < slots; slot++) {
    metrics.forEach((metric, k) => {
      profile[slot * metrics.length + k] = means[slot * size + metric] as number;
    });
  }
  return {
    period,
    zone,
    slots,
    metrics,
    profile,
    spread: Float64Array.from(metrics, (metric) => spread[metric] as number),
  };
}
