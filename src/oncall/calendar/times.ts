import ICAL from "ical.js";
import { momentOf, type ZoneClock } from "../wall-time.ts";
import { midnightOf } from "./rule.ts";
import { type CalendarComponent, type CalendarProperty, parameterOf, propertiesNamed } from "./text.ts";
import type { ZoneByName } from "./zones.ts";

const DAY = 86_400_000;
const UTC: ZoneClock = { offsetAt: () => 0 };
const WRITTEN = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(Z?))?$/;

/** A time as a calendar writes it. */
export interface WrittenTime {
  /** What clocks show, as if it were UTC, in milliseconds; of a date its midnight. */
  readonly floating: number;
  readonly isDate: boolean;
  /** Whose clocks; null for a time that names none, and for dates. */
  readonly clock: ZoneClock | null;
}

/** How long something lasts: days and clock hours as calendars count them, then exact milliseconds. */
export interface Length {
  readonly nominal: number;
  readonly exact: number;
}

/** @throws Error for what is not a time, or names a zone that nothing explains */
export function readTime(value: unknown, property: CalendarProperty, zones: ZoneByName): WrittenTime {
  const [, day, time, utc] = WRITTEN.exec(String(value)) ?? [];
  const text = `${day}T${time ?? "00:00:00"}.000Z`;
  const floating = Date.parse(text);
  if (day === undefined || Number.isNaN(floating) || new Date(floating).toISOString() !== text) {
    throw new Error(`its ${property.name.toUpperCase()} is not a time (${String(value)})`);
  }
  if (time === undefined) {
    return { floating, isDate: true, clock: null };
  }
  const name = parameterOf(property, "tzid");
  if (utc === "Z" || name === null) {
    return { floating, isDate: false, clock: utc === "Z" ? UTC : null };
  }
  const clock = zones(name);
  if (clock === null) {
    throw new Error(`its time zone "${name}" is not known`);
  }
  return { floating, isDate: false, clock };
}

/** The times of all properties of a name. */
export function readTimes(component: CalendarComponent, name: string, zones: ZoneByName): readonly WrittenTime[] {
  return propertiesNamed(component, name).flatMap((property) =>
    property.values.map((value) => readTime(value, property, zones)),
  );
}

/** UNTIL of a rule: as text without dashes. */
export function readUntil(text: string): WrittenTime {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/, (_all, y, mo, d, h, mi, s, z) =>
    h === undefined ? `${y}-${mo}-${d}` : `${y}-${mo}-${d}T${h}:${mi}:${s}${z}`,
  );
  return readTime(iso, { name: "rule's UNTIL", parameters: {}, type: "date-time", values: [] }, () => null);
}

/** On whose clock a series repeats, and whether by whole days. */
export interface SeriesClock {
  readonly clock: ZoneClock;
  readonly allDay: boolean;
}

/**
 * A written time on the clock of a series. Calendars write dates of an all-day series as date-times too: then the day that is
 * written counts; in UTC it is the day in the calendar's zone, except midnight UTC, which stands for the date itself.
 */
export function onSeriesClock({ floating, isDate, clock }: WrittenTime, series: SeriesClock): number {
  if (isDate || clock === null) {
    return series.allDay ? midnightOf(floating) : floating;
  }
  if (series.allDay && (clock !== UTC || floating % DAY === 0)) {
    return midnightOf(floating);
  }
  const moment = momentOf(floating, clock);
  const local = moment + series.clock.offsetAt(moment);
  return series.allDay ? midnightOf(local) : local;
}

/** How long an event lasts: to its DTEND by the clock, or its DURATION; an all-day event without either lasts a day. */
export function lengthOf(event: CalendarComponent, start: WrittenTime, series: SeriesClock, zones: ZoneByName): Length {
  const [end] = readTimes(event, "dtend", zones);
  const duration = propertiesNamed(event, "duration")[0]?.values[0];
  if (end !== undefined) {
    if (end.isDate !== start.isDate) {
      throw new Error("its begin and its end are not of the same kind");
    }
    const nominal = onSeriesClock(end, series) - onSeriesClock(start, series);
    return { nominal: start.isDate ? Math.max(DAY, nominal) : nominal, exact: 0 };
  }
  return duration === undefined ? { nominal: start.isDate ? DAY : 0, exact: 0 } : durationLength(duration);
}

/** `P1DT2H`: days by the calendar, hours as they pass. @throws Error for what is not a duration */
export function durationLength(value: unknown): Length {
  const { weeks, days, hours, minutes, seconds, isNegative } = ICAL.Duration.fromString(String(value));
  if (isNegative) {
    throw new Error(`its DURATION is negative (${String(value)})`);
  }
  return { nominal: (weeks * 7 + days) * DAY, exact: ((hours * 60 + minutes) * 60 + seconds) * 1000 };
}
