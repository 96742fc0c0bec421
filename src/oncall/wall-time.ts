import { DateTime } from "luxon";

/**
 * The moment when clocks of a zone show a time on a day. A time that a DST change skips becomes as much later; of a time
 * that comes twice it is the first.
 * @param day `2026-03-29` · @param time `02:30`
 */
export function atWallTime(day: string, time: string, zone: string): Date {
  return DateTime.fromISO(`${day}T${time}`, { zone }).toJSDate();
}

/** The day that a zone's calendar shows at a moment, `2026-03-29`. */
export function localDay(at: Date, zone: string): string {
  return DateTime.fromJSDate(at, { zone }).toFormat("yyyy-MM-dd");
}

/** The day so many days later (or earlier). */
export function addDays(day: string, days: number): string {
  return DateTime.fromISO(day, { zone: "utc" }).plus({ days }).toFormat("yyyy-MM-dd");
}

/** Whole days from one day to another, negative when the other is earlier. */
export function daysBetween(from: string, to: string): number {
  return DateTime.fromISO(to, { zone: "utc" }).diff(DateTime.fromISO(from, { zone: "utc" }), "days").days;
}

/** 0 for Monday to 6 for Sunday. */
export function weekdayOf(day: string): number {
  return DateTime.fromISO(day, { zone: "utc" }).weekday - 1;
}
