import { DateTime } from "luxon";

const DAY = 86_400_000;

/**
 * The moment when clocks of a zone show a time on a day. A time that a DST change skips becomes as much later; of a time
 * that comes twice it is the first.
 * @param day `2026-03-29` · @param time `02:30`
 */
export function atWallTime(day: string, time: string, zone: string): Date {
  return fromFloating(new Date(`${day}T${time}Z`), zone);
}

/** A moment's clock time in a zone, as if that were UTC. */
export function toFloating(moment: Date, zone: string): Date {
  return DateTime.fromJSDate(moment, { zone }).setZone("utc", { keepLocalTime: true }).toJSDate();
}

/**
 * The opposite of `toFloating`. Luxon alone would choose between the two moments of a time that comes twice by today's
 * season: we take the first.
 */
export function fromFloating(floating: Date, zone: string): Date {
  const moment = DateTime.fromJSDate(floating, { zone: "utc" }).setZone(zone, { keepLocalTime: true });
  return (moment.getPossibleOffsets()[0] ?? moment).toJSDate();
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
