import { addDays, atWallTime, daysBetween, localDay, weekdayOf } from "../runtime/wall-time.ts";
import type { Rotation } from "./schema.ts";
import { WEEKDAYS } from "./schema.ts";

/** One turn of a rotation, `from` inclusive, `to` exclusive. */
export interface Shift {
  /** 0 for the rotation's first shift. */
  readonly index: number;
  readonly person: string;
  readonly from: Date;
  readonly to: Date;
}

/** Length of a shift in days of the calendar. */
export function shiftDays(rotation: Rotation): number {
  return Number(rotation.every.slice(0, -1)) * (rotation.every.endsWith("w") ? 7 : 1);
}

/**
 * The shift that a moment belongs to, or null before the first and after the last. Each handoff is computed from the first
 * day by the calendar, so a DST change neither moves it nor adds up.
 */
export function shiftAt(rotation: Rotation, zone: string, at: Date): Shift | null {
  const days = daysBetween(firstDay(rotation), localDay(at, zone));
  const index = Math.floor(days / shiftDays(rotation));
  for (const candidate of [index, index - 1]) {
    const shift = nthShift(rotation, zone, candidate);
    if (shift !== null && shift.from <= at && at < shift.to) {
      return shift;
    }
  }
  return null;
}

/** The shift of a number, or null when the rotation does not have it. */
export function nthShift(rotation: Rotation, zone: string, index: number): Shift | null {
  const length = shiftDays(rotation);
  const day = addDays(firstDay(rotation), index * length);
  const end = rotation.ends;
  if (index < 0 || (end !== undefined && day >= end)) {
    return null;
  }
  const nextDay = addDays(day, length);
  const lastDay = end !== undefined && nextDay > end ? end : nextDay;
  return {
    index,
    person: personOfTurn(rotation, index),
    from: atWallTime(day, rotation.handoff.time, zone),
    to: atWallTime(lastDay, rotation.handoff.time, zone),
  };
}

/** The shifts that touch a range, in order. */
export function shiftsBetween(rotation: Rotation, zone: string, from: Date, to: Date): readonly Shift[] {
  const days = daysBetween(firstDay(rotation), localDay(from, zone));
  const shifts: Shift[] = [];
  for (let index = Math.max(0, Math.floor(days / shiftDays(rotation)) - 1); ; index++) {
    const shift = nthShift(rotation, zone, index);
    if (shift === null || shift.from >= to) {
      return shifts;
    }
    if (shift.to > from) {
      shifts.push(shift);
    }
  }
}

/** Whose turn it is in the shift of a number; the order repeats. */
export function personOfTurn(rotation: Rotation, index: number): string {
  const { people } = rotation;
  return people[((index % people.length) + people.length) % people.length] ?? "";
}

/** The first handoff: the first handoff day from `starts` on; rotations by the day begin at `starts` itself. */
function firstDay({ starts, every, handoff }: Rotation): string {
  if (every.endsWith("d")) {
    return starts;
  }
  return addDays(starts, (WEEKDAYS.indexOf(handoff.day) - weekdayOf(starts) + 7) % 7);
}
