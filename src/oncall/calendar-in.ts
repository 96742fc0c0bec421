import { DateTime, IANAZone } from "luxon";
import ical, { type VEvent } from "node-ical";
import { timesInUtc, ZONE_PROPERTY } from "./calendar-times.ts";
import type { Schedule } from "./load.ts";
import type { CalendarEvent } from "./turn.ts";
import { addDays, atWallTime, fromFloating, toFloating } from "./wall-time.ts";

const LARGEST = 5_000_000;
const MOST_EVENTS = 20_000;
/** RRule's number for DAILY; what repeats more often is no shift. */
const DAILY = 3;
const HOUR = 3_600_000;

/** Shifts of a calendar, and what in it could not be used. */
export interface CalendarShifts {
  readonly events: readonly CalendarEvent[];
  /** Sentences for people; at most 20. */
  readonly problems: readonly string[];
}

/**
 * Reads an iCalendar feed (RFC 5545): single, all-day and repeating events, in their own time zones, with exceptions and
 * moved occurrences. An event belongs to the attendee whose address, or else the person whose name, the schedule knows.
 * @param zone of floating times and all-day events
 * @throws Error when it is not a calendar or larger than 5 MB
 */
export function readCalendar(
  text: string,
  schedule: Pick<Schedule, "people">,
  zone: string,
  range: { readonly from: Date; readonly to: Date },
): CalendarShifts {
  if (text.length > LARGEST) {
    throw new Error(`a calendar of ${text.length} characters is more than can be read (${LARGEST})`);
  }
  if (!/^\s*BEGIN:VCALENDAR/i.test(text)) {
    throw new Error("that is no calendar: it does not begin with BEGIN:VCALENDAR");
  }
  const events: CalendarEvent[] = [];
  const problems: string[] = [];
  for (const component of Object.values(ical.sync.parseICS(timesInUtc(text, zone)))) {
    if (component.type !== "VEVENT" || component.status === "CANCELLED") {
      continue;
    }
    try {
      for (const [event, from, to] of occurrences(component, zone, range)) {
        events.push({ person: personOf(event, schedule), from, to });
      }
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
    if (events.length > MOST_EVENTS) {
      throw new Error(`the calendar has more than ${MOST_EVENTS} events within the time that matters`);
    }
  }
  return { events, problems: [...new Set(problems)].slice(0, 20) };
}

type RepeatRule = NonNullable<VEvent["rrule"]>;
type SingleEvent = Omit<VEvent, "recurrences">;
type Occurrence = readonly [event: SingleEvent, from: Date, to: Date];

function occurrences(event: VEvent, zone: string, range: { from: Date; to: Date }): readonly Occurrence[] {
  const touches = ([, from, to]: Occurrence) => from < range.to && to > range.from && from < to;
  if (event.rrule === undefined) {
    return [[event, ...spanOf(event, zone)] as const].filter(touches);
  }
  const moved = Object.values(event.recurrences ?? {});
  const isOut = new Set([...datesOf(event.exdate), ...moved.flatMap(({ recurrenceid }) => datesOf([recurrenceid]))]);
  const regular = repeat(event, zone, range).filter(([, from]) => !isOut.has(keyOf(event, from, zone)));
  const changed = moved
    .filter(({ status }) => status !== "CANCELLED")
    .map((one) => [one, ...spanOf(one, zone)] as const);
  return [...regular, ...changed].filter(touches);
}

/**
 * Expands a rule on the clock of the event's zone: the rule sees local times as if they were UTC, and each result is put
 * into the zone afterwards, so that a shift keeps its local time over DST changes.
 */
function repeat(event: VEvent, zone: string, range: { from: Date; to: Date }): readonly Occurrence[] {
  const { rrule } = event;
  if (rrule === undefined || rrule.options.freq > DAILY) {
    throw new Error(`"${event.summary}" repeats more often than daily`);
  }
  const itsZone = zoneOf(event, zone);
  const [start, end] = spanOf(event, zone).map((moment) => toFloating(moment, itsZone)) as [Date, Date];
  const Rule = rrule.constructor as new (options: RepeatRule["origOptions"]) => RepeatRule;
  const { tzid: _, until, ...options } = rrule.origOptions;
  const last = until === undefined || until === null ? {} : { until: toFloating(until, itsZone) };
  const length = end.getTime() - start.getTime();
  const starts = new Rule({ ...options, ...last, dtstart: start }).between(
    new Date(toFloating(range.from, itsZone).getTime() - length - HOUR),
    new Date(toFloating(range.to, itsZone).getTime() + HOUR),
    true,
    (_date, count) => count < MOST_EVENTS,
  );
  return starts.map((one) => [
    event,
    fromFloating(one, itsZone),
    fromFloating(new Date(one.getTime() + length), itsZone),
  ]);
}

/** Begin and end; without an end an all-day event lasts a day. */
function spanOf(event: SingleEvent, zone: string): readonly [Date, Date] {
  const { start, end } = event;
  if (start === undefined) {
    throw new Error(`"${event.summary}" has no start`);
  }
  if (event.datetype !== "date") {
    return [start, end ?? start];
  }
  const firstDay = dayOf(start);
  const lastDay = end === undefined || dayOf(end) <= firstDay ? addDays(firstDay, 1) : dayOf(end);
  return [atWallTime(firstDay, "00:00", zone), atWallTime(lastDay, "00:00", zone)];
}

/** The day of an all-day date, which the parser gives as midnight of this machine. */
function dayOf(date: Date): string {
  return DateTime.fromJSDate(date).toFormat("yyyy-MM-dd");
}

function zoneOf(event: SingleEvent, zone: string): string {
  const noted = (event as { readonly [ZONE_PROPERTY]?: unknown })[ZONE_PROPERTY];
  const named = typeof noted === "string" ? noted : event.start?.tz;
  return event.datetype !== "date" && named !== undefined && IANAZone.isValidZone(named) ? named : zone;
}

/** An occurrence is known by its moment, an all-day one by its day. */
function keyOf(event: SingleEvent, from: Date, zone: string): string {
  return event.datetype === "date" ? DateTime.fromJSDate(from, { zone }).toFormat("yyyy-MM-dd") : from.toISOString();
}

function datesOf(dates: unknown): readonly string[] {
  return Object.values((dates ?? {}) as Record<string, unknown>)
    .filter((date) => date instanceof Date)
    .map((date) => ("dateOnly" in date && date.dateOnly === true ? dayOf(date) : date.toISOString()));
}

function personOf(event: SingleEvent, { people }: Pick<Schedule, "people">): string {
  const addresses = [event.attendee ?? []].flat().map((attendee) => {
    const value = typeof attendee === "string" ? attendee : attendee.val;
    return value.replace(/^mailto:/i, "").toLowerCase();
  });
  const byAddress = people.find(({ email }) => email !== undefined && addresses.includes(email.toLowerCase()));
  const title = ` ${event.summary ?? ""} `.toLowerCase();
  const named = people.filter(({ name }) => hasWord(title, name.toLowerCase()));
  const byName = named.sort((a, b) => b.name.length - a.name.length)[0];
  const person = byAddress ?? byName;
  if (person === undefined) {
    throw new Error(`"${event.summary ?? "(no title)"}" names nobody of the schedule`);
  }
  return person.name;
}

function hasWord(text: string, word: string): boolean {
  const at = text.indexOf(word);
  const isLetter = (character: string | undefined) => /[\p{L}\p{N}_]/u.test(character ?? " ");
  return at >= 0 && !isLetter(text[at - 1]) && !isLetter(text[at + word.length]);
}
