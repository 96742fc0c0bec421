import { DateTime, IANAZone } from "luxon";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** What clocks of a place show: for places of the time zone database and for those that a calendar describes itself. */
export interface ZoneClock {
  /** Milliseconds that clocks are ahead of UTC at a moment (milliseconds since 1970). */
  offsetAt(moment: number): number;
}

/** Clocks of a zone of the time zone database. @throws RangeError for a name that is not in it */
export function zoneClock(zone: string): ZoneClock {
  const known = IANAZone.create(zone);
  if (!known.isValid) {
    throw new RangeError(`"${zone}" is not a time zone`);
  }
  return { offsetAt: (moment) => Math.round(known.offset(moment) * MINUTE) };
}

/**
 * The moment when clocks show a time. Every schedule uses this one rule for changes of clocks: a time that is skipped
 * happens as much later as the clocks went forward, and a time that comes twice happens at the first.
 * @param floating the clock time as if it were UTC, in milliseconds
 */
export function momentOf(floating: number, { offsetAt }: ZoneClock): number {
  const before = offsetAt(floating - DAY);
  const offsets = [before, offsetAt(floating - before), offsetAt(floating + DAY)];
  const moments = offsets.map((offset) => floating - offset).filter((moment) => moment + offsetAt(moment) === floating);
  return moments.length === 0 ? floating - before : Math.min(...moments);
}

/**
 * The moment when clocks of a zone show a time on a day; at changes of clocks as `momentOf` says.
 * @param day `2026-03-29` · @param time `02:30`
 */
export function atWallTime(day: string, time: string, zone: string): Date {
  return new Date(momentOf(Date.parse(`${day}T${time}Z`), zoneClock(zone)));
}

/** The day that a zone's calendar shows at a moment, `2026-03-29`. */
export function localDay(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).toISODate() ?? "";
}

/** The day so many days later (or earlier). */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);
}

/** Whole days from one day to another, negative when the other is earlier. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / DAY;
}

/** 0 for Monday to 6 for Sunday. */
export function weekdayOf(day: string): number {
  return (new Date(day).getUTCDay() + 6) % 7;
}
