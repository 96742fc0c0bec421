import { addDays, atWallTime, localDay, weekdayOf } from "../runtime/wall-time.ts";
import { isWithin, spansBetween } from "./hours.ts";
import type { Schedule } from "./load.ts";
import { type Hours, WEEKDAYS } from "./schema.ts";
import { holidayTest } from "./turn.ts";

const HORIZON_DAYS = 60;

/** The end of the quiet time that a moment lies in (nights, and weekends and holidays if they are quiet), or null. */
export function quietUntil(schedule: Schedule, at: Date): Date | null {
  let end: Date | null = null;
  for (let step = 0; step < HORIZON_DAYS; step++) {
    const next = endOfSpan(schedule, end ?? at);
    if (next === null) {
      return end;
    }
    end = next;
  }
  return end;
}

/** The end of the quiet night or day that a moment lies in, the later of both. */
function endOfSpan(schedule: Schedule, at: Date): Date | null {
  const { quiet } = schedule;
  if (quiet === undefined) {
    return null;
  }
  const zone = quiet.timezone ?? schedule.timezone;
  const night: Hours = { days: [...WEEKDAYS], from: quiet.from, to: quiet.to, onHolidays: true };
  const ends: Date[] = [];
  if (isWithin(night, zone, () => false, at)) {
    const around = { from: at, to: new Date(at.getTime() + 1) };
    ends.push(...spansBetween(night, zone, () => false, around).map(({ to }) => to));
  }
  const day = localDay(at, zone);
  if ((quiet.weekends && weekdayOf(day) >= 5) || (quiet.holidays && holidayTest(schedule)(day))) {
    ends.push(atWallTime(addDays(day, 1), "00:00", zone));
  }
  return ends.length === 0 ? null : new Date(Math.max(...ends.map((end) => end.getTime())));
}
