import type { Schedule } from "../load.ts";
import type { CalendarEvent } from "../turn.ts";
import { zoneClock } from "../wall-time.ts";
import { groupSeries, occurrencesOf, type Series, type SeriesContext } from "./series.ts";
import { type CalendarComponent, parseCalendar, propertiesNamed, textOf } from "./text.ts";
import { zonesOf } from "./zones.ts";

const MOST_EVENTS = 20_000;
const MOST_PROBLEMS = 20;
const YEAR = 366 * 86_400_000;

/** Shifts of a calendar, and what in it could not be used. */
export interface CalendarShifts {
  readonly events: readonly CalendarEvent[];
  /** Sentences for people, each with the event's title; at most 20. */
  readonly problems: readonly string[];
}

/** People as calendars know them: by the name in a title, or the address of an attendee. */
export type CalendarPeople = readonly Pick<Schedule["people"][number], "name" | "email">[];

export interface ReadOptions {
  readonly people: CalendarPeople;
  /** Of floating times and all-day events. */
  readonly zone: string;
  readonly range: { readonly from: Date; readonly to: Date };
  /** Numbers of series that are not to be read, since they take too long. */
  readonly skip?: ReadonlySet<number>;
  /** Hears which series is read next; null when all were. */
  readonly reading?: (series: number | null) => void;
}

/**
 * Reads an iCalendar feed (RFC 5545): single, all-day and repeating events, in their own time zones, with exceptions, moved
 * occurrences and changes from an occurrence on. A series is used whole or not at all: what is not understood is a problem.
 * An event belongs to the attendee whose address, or else the person whose name, the schedule knows.
 * @throws Error when it is not a calendar, is cut off, or is larger than 5 MB
 */
export function readCalendar(text: string, options: ReadOptions): CalendarShifts {
  const { range, zone, skip, reading } = options;
  const parsed = parseCalendar(text);
  const events: CalendarEvent[] = [];
  const problems: string[] = [...parsed.problems];
  const context = {
    clock: zoneClock(zone),
    zones: zonesOf(parsed.zones, new Date(range.to.getTime() + YEAR)),
    range,
  };
  for (const [index, series] of groupSeries(parsed.events).entries()) {
    reading?.(index);
    const tell = (problem: string) => problems.push(`"${titleOf(series)}" ${problem}`);
    if (skip?.has(index) === true) {
      tell("is not used: it takes too long to expand");
      continue;
    }
    const found = readSeries(series, options.people, { ...context, doubt: tell });
    events.push(...found);
    if (events.length > MOST_EVENTS) {
      throw new Error(`the calendar has more than ${MOST_EVENTS} events within the time that matters`);
    }
  }
  reading?.(null);
  return { events, problems: [...new Set(problems)].slice(0, MOST_PROBLEMS) };
}

function readSeries(series: Series, people: CalendarPeople, context: SeriesContext): readonly CalendarEvent[] {
  try {
    return occurrencesOf(series, context).flatMap(({ event, from, to }) => {
      const found = personOf(event, people);
      if (found.person === null) {
        context.doubt(found.problem);
        return [];
      }
      return [{ person: found.person, from, to }];
    });
  } catch (error) {
    context.doubt(`is not used: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

function titleOf({ master, exceptions }: Series): string {
  const title = [master, ...exceptions].map((event) => (event === null ? null : textOf(event, "summary")));
  return title.find((one) => one !== null) ?? "(no title)";
}

type Named = { readonly person: string } | { readonly person: null; readonly problem: string };

function personOf(event: CalendarComponent, people: CalendarPeople): Named {
  const addresses = propertiesNamed(event, "attendee").map(({ values }) =>
    String(values[0])
      .replace(/^mailto:/i, "")
      .toLowerCase(),
  );
  const invited = people.filter(({ email }) => email !== undefined && addresses.includes(email.toLowerCase()));
  const title = ` ${textOf(event, "summary") ?? ""} `.toLowerCase();
  const among = invited.length > 1 ? invited : people;
  const [first, ...others] = invited.length === 1 ? invited : namedIn(title, among);
  if (first === undefined) {
    return { person: null, problem: "names nobody of the schedule" };
  }
  if (others.length > 0) {
    const names = [first, ...others].map(({ name }) => name).join(", ");
    return { person: null, problem: `is not used: it names several people (${names})` };
  }
  return { person: first.name };
}

/** People whose name is a word of the title; a name within a longer one that is there too does not count. */
function namedIn(title: string, people: CalendarPeople): CalendarPeople {
  const longestFirst = [...people].sort((a, b) => b.name.length - a.name.length);
  const found: CalendarPeople[number][] = [];
  let rest = title;
  for (const person of longestFirst) {
    const name = person.name.toLowerCase();
    const at = placeOf(rest, name);
    if (at >= 0) {
      found.push(person);
      rest = rest.replaceAll(name, " ".repeat(name.length));
    }
  }
  return found;
}

/** Where a word stands in a text; -1 when it does not. */
function placeOf(text: string, word: string): number {
  const isLetter = (character: string | undefined) => /[\p{L}\p{N}_]/u.test(character ?? " ");
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isLetter(text[at - 1]) && !isLetter(text[at + word.length])) {
      return at;
    }
  }
  return -1;
}
