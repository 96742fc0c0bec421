import { momentOf, type ZoneClock } from "../wall-time.ts";
import { expandRule, midnightOf, parseRule } from "./rule.ts";
import { type CalendarComponent, parameterOf, propertiesNamed, textOf } from "./text.ts";
import {
  durationLength,
  type Length,
  lengthOf,
  onSeriesClock,
  readTime,
  readTimes,
  readUntil,
  type SeriesClock,
  type WrittenTime,
} from "./times.ts";
import type { ZoneByName } from "./zones.ts";

const DAY = 86_400_000;

/** Events of one UID: the series, and what was changed of it. */
export interface Series {
  /** Null where a calendar only has single occurrences of it. */
  readonly master: CalendarComponent | null;
  readonly exceptions: readonly CalendarComponent[];
}

/** One time that an event takes place. */
export interface Occurrence {
  /** The event that says what happens then: the series, or what replaced it. */
  readonly event: CalendarComponent;
  readonly from: Date;
  readonly to: Date;
}

export interface SeriesContext {
  /** Clocks of floating times and all-day events. */
  readonly clock: ZoneClock;
  readonly zones: ZoneByName;
  readonly range: { readonly from: Date; readonly to: Date };
  /** Hears what is doubtful, though the rest could be read. */
  readonly doubt: (problem: string) => void;
}

/** Events grouped by UID; of several versions of one the newest (by SEQUENCE, then DTSTAMP). */
export function groupSeries(events: readonly CalendarComponent[]): readonly Series[] {
  const groups = new Map<string, CalendarComponent[]>();
  for (const [index, event] of events.entries()) {
    const uid = textOf(event, "uid") ?? `without UID ${index}`;
    groups.set(uid, [...(groups.get(uid) ?? []), event]);
  }
  return [...groups.values()].flatMap((group) => {
    const isException = (event: CalendarComponent) => propertiesNamed(event, "recurrence-id").length > 0;
    const masters = newestOf(group.filter((event) => !isException(event)));
    const exceptions = newestById(group.filter(isException));
    const owner = masters.find((event) => propertiesNamed(event, "x-rrule").length > 0) ?? masters[0] ?? null;
    return [
      { master: owner, exceptions },
      ...masters.filter((master) => master !== owner).map((master) => ({ master, exceptions: [] })),
    ];
  });
}

function versionOf(event: CalendarComponent): number {
  return Number(propertiesNamed(event, "sequence")[0]?.values[0] ?? 0);
}

/** Events that share a UID without being versions of each other all count. */
function newestOf(events: readonly CalendarComponent[]): readonly CalendarComponent[] {
  const newest = Math.max(...events.map(versionOf));
  return events.filter((event) => versionOf(event) === newest);
}

function newestById(exceptions: readonly CalendarComponent[]): readonly CalendarComponent[] {
  const byId = new Map<string, CalendarComponent>();
  const stampOf = (event: CalendarComponent) => String(propertiesNamed(event, "dtstamp")[0]?.values[0] ?? "");
  for (const event of exceptions) {
    const [id] = propertiesNamed(event, "recurrence-id");
    const key = JSON.stringify([id?.parameters, id?.values]);
    const known = byId.get(key);
    const isNewer =
      known === undefined ||
      versionOf(event) > versionOf(known) ||
      (versionOf(event) === versionOf(known) && stampOf(event) >= stampOf(known));
    if (isNewer) {
      byId.set(key, event);
    }
  }
  return [...byId.values()];
}

/**
 * The occurrences of a series that touch the range: its start, rules and listed dates, less what is left out, with what was
 * moved, changed, or changed from some occurrence on.
 * @throws Error for what is not understood: then nothing of the series may be used
 */
export function occurrencesOf({ master, exceptions }: Series, context: SeriesContext): readonly Occurrence[] {
  if (master !== null && isCancelled(master)) {
    return [];
  }
  const singles = exceptions.filter((event) => !isRange(event));
  const own = singles.filter((event) => !isCancelled(event)).map((event) => single(event, context));
  const regular = master === null ? refuseLoneRanges(exceptions) : regularOf(master, exceptions, context);
  return [...regular, ...own].filter(({ from, to }) => from < context.range.to && to > context.range.from);
}

function isCancelled(event: CalendarComponent): boolean {
  return textOf(event, "status")?.toUpperCase() === "CANCELLED";
}

function isRange(event: CalendarComponent): boolean {
  const [id] = propertiesNamed(event, "recurrence-id");
  return id !== undefined && parameterOf(id, "range")?.toUpperCase() === "THISANDFUTURE";
}

/** Changes from an occurrence on cannot be understood without the series that they change. */
function refuseLoneRanges(exceptions: readonly CalendarComponent[]): readonly Occurrence[] {
  if (exceptions.some(isRange)) {
    throw new Error("it changes all later occurrences of a series that the calendar does not have");
  }
  return [];
}

/** A start and what it is the start of. */
interface Timing {
  readonly start: WrittenTime;
  readonly series: SeriesClock;
  readonly length: Length;
}

function timingOf(event: CalendarComponent, { clock, zones }: SeriesContext): Timing {
  const [start] = readTimes(event, "dtstart", zones);
  if (start === undefined) {
    throw new Error("it has no DTSTART");
  }
  const series = { clock: start.isDate ? clock : (start.clock ?? clock), allDay: start.isDate };
  const length = lengthOf(event, start, series, zones);
  if (length.nominal + length.exact <= 0) {
    throw new Error(length.nominal < 0 ? "it ends before it begins" : "it has no end");
  }
  return { start, series, length };
}

function spanOf(event: CalendarComponent, floating: number, length: Length, clock: ZoneClock): Occurrence {
  const end = momentOf(floating + length.nominal, clock) + length.exact;
  return { event, from: new Date(momentOf(floating, clock)), to: new Date(end) };
}

function single(event: CalendarComponent, context: SeriesContext): Occurrence {
  const { start, series, length } = timingOf(event, context);
  return spanOf(event, start.floating, length, series.clock);
}

function regularOf(
  master: CalendarComponent,
  exceptions: readonly CalendarComponent[],
  context: SeriesContext,
): readonly Occurrence[] {
  const timing = timingOf(master, context);
  const { series } = timing;
  const changes = rangeChanges(exceptions.filter(isRange), series, context);
  const reach = Math.max(0, ...changes.map(({ shift }) => Math.abs(shift)));
  const last = context.range.to.getTime() + series.clock.offsetAt(context.range.to.getTime()) + DAY + reach;
  const starts = startsOf(master, timing, last, context);
  const left = leaveOut(starts, master, exceptions, series, { ...context, last });
  return left.flatMap(([floating, ownLength]) => {
    const change = changes.findLast(({ id }) => id <= floating);
    if (change === undefined) {
      return [spanOf(master, floating, ownLength ?? timing.length, series.clock)];
    }
    return isCancelled(change.event)
      ? []
      : [spanOf(change.event, floating + change.shift, change.length, change.clock)];
  });
}

interface RangeChange {
  readonly event: CalendarComponent;
  /** First occurrence that it changes, on the series' clock. */
  readonly id: number;
  /** How much later occurrences begin. */
  readonly shift: number;
  readonly length: Length;
  readonly clock: ZoneClock;
}

function rangeChanges(
  ranges: readonly CalendarComponent[],
  series: SeriesClock,
  context: SeriesContext,
): readonly RangeChange[] {
  return ranges
    .map((event) => {
      const id = idOf(event, series, context).floating;
      const timing = timingOf(event, context);
      const shift = timing.start.floating - id;
      return { event, id, shift, length: timing.length, clock: timing.series.clock };
    })
    .sort((a, b) => a.id - b.id);
}

/** RECURRENCE-ID on the series' clock; `isDay` where a timed series is named by the day only. */
function idOf(event: CalendarComponent, series: SeriesClock, { zones }: SeriesContext) {
  const [time] = readTimes(event, "recurrence-id", zones);
  if (time === undefined) {
    throw new Error("it has no RECURRENCE-ID");
  }
  return { floating: onSeriesClock(time, series), isDay: time.isDate && !series.allDay };
}

/** Starts on the series' clock up to a time, each with a length of its own or null. */
type Starts = ReadonlyMap<number, Length | null>;

function startsOf(master: CalendarComponent, { start, series }: Timing, last: number, context: SeriesContext): Starts {
  const first = start.floating;
  const rules = propertiesNamed(master, "x-rrule").map(({ values }) => parseRule(String(values[0])));
  const expanded = rules.flatMap((rule) => {
    const until = rule.until === null ? last : Math.min(last, untilOf(rule.until, series));
    const found = expandRule(rule, first, until);
    if (first <= until && found[0] !== first) {
      throw new Error("its own begin is not one that its rule gives");
    }
    return found;
  });
  const starts = new Map<number, Length | null>([first, ...expanded].map((one) => [one, null]));
  for (const property of propertiesNamed(master, "rdate")) {
    for (const value of property.values) {
      const [from, end] = Array.isArray(value) ? value : [value, undefined];
      const at = onSeriesClock(readTime(from, property, context.zones), series);
      starts.set(at, end === undefined ? null : periodLength(at, end, property, series, context.zones));
    }
  }
  return starts;
}

/** The length of a date that is listed with its own: `20260302T090000Z/PT5H` or with its end. */
function periodLength(
  at: number,
  end: unknown,
  property: Parameters<typeof readTime>[1],
  series: SeriesClock,
  zones: ZoneByName,
): Length {
  return /^[+-]?P/.test(String(end))
    ? durationLength(end)
    : { nominal: onSeriesClock(readTime(end, property, zones), series) - at, exact: 0 };
}

/** The last start that UNTIL allows; a date allows the whole day. */
function untilOf(text: string, series: SeriesClock): number {
  const until = readUntil(text);
  return until.isDate && !series.allDay ? midnightOf(until.floating) + DAY - 1 : onSeriesClock(until, series);
}

/** Without EXDATE, EXRULE and what single exceptions replace; says which of these name an occurrence that does not exist. */
function leaveOut(
  starts: Starts,
  master: CalendarComponent,
  exceptions: readonly CalendarComponent[],
  series: SeriesClock,
  context: SeriesContext & { readonly last: number },
): readonly (readonly [number, Length | null])[] {
  const { zones, range, last } = context;
  const first = Math.min(...starts.keys());
  const excluded = readTimes(master, "exdate", zones).map((time) => ({
    floating: onSeriesClock(time, series),
    isDay: time.isDate && !series.allDay,
    what: "leaves out",
  }));
  const ruled = propertiesNamed(master, "x-exrule").flatMap(({ values }) => {
    const rule = parseRule(String(values[0]));
    return expandRule(rule, first, rule.until === null ? last : Math.min(last, untilOf(rule.until, series)));
  });
  const replaced = exceptions
    .filter((event) => !isRange(event))
    .map((event) => ({ ...idOf(event, series, context), what: "changes" }));
  const out = new Set<number>(ruled);
  for (const { floating, isDay, what } of [...excluded, ...replaced]) {
    const found = isDay ? [...starts.keys()].filter((one) => midnightOf(one) === floating) : [floating];
    const matters = floating >= range.from.getTime() - DAY && floating <= last - 2 * DAY;
    if (matters && !found.some((one) => starts.has(one))) {
      const when = new Date(floating).toISOString().slice(0, series.allDay || isDay ? 10 : 16);
      context.doubt(`${what} an occurrence on ${when.replace("T", " at ")} that it does not have`);
    }
    found.forEach((one) => void out.add(one));
  }
  return [...starts].filter(([start]) => !out.has(start));
}
