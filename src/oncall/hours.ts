import { addDays, atWallTime, localDay, weekdayOf } from "../runtime/wall-time.ts";
import type { Hours } from "./schema.ts";
import { WEEKDAYS } from "./schema.ts";

export interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** True when a moment lies within a part of the week. @param isHoliday for a local day, `2026-12-25` */
export function isWithin(hours: Hours, zone: string, isHoliday: (day: string) => boolean, at: Date): boolean {
  const today = localDay(at, zone);
  return [addDays(today, -1), today].some((day) => {
    const span = spanOf(hours, zone, isHoliday, day);
    return span !== null && span.from <= at && at < span.to;
  });
}

/** The spans that touch a range, in order, one a day at most. */
export function spansBetween(
  hours: Hours,
  zone: string,
  isHoliday: (day: string) => boolean,
  { from, to }: Span,
): readonly Span[] {
  const spans: Span[] = [];
  for (let day = addDays(localDay(from, zone), -1); ; day = addDays(day, 1)) {
    if (atWallTime(day, "00:00", zone) >= to) {
      return spans;
    }
    const span = spanOf(hours, zone, isHoliday, day);
    if (span !== null && span.to > from && span.from < to) {
      spans.push(span);
    }
  }
}

/** The span that begins on a day; null when that day is not among them. */
function spanOf(hours: Hours, zone: string, isHoliday: (day: string) => boolean, day: string): Span | null {
  const name = WEEKDAYS[weekdayOf(day)];
  if (name === undefined || !hours.days.includes(name) || (!hours.onHolidays && isHoliday(day))) {
    return null;
  }
  const lastDay = hours.to <= hours.from ? addDays(day, 1) : day;
  return { from: atWallTime(day, hours.from, zone), to: atWallTime(lastDay, hours.to, zone) };
}
