import { IANAZone } from "luxon";
import { findIana } from "windows-iana";
import { type ZoneClock, zoneClock } from "../wall-time.ts";
import { expandRule, parseRule } from "./rule.ts";
import { type CalendarComponent, propertiesNamed, textOf } from "./text.ts";

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;

/** Clocks by the names that a calendar uses for them; null for a name that nothing explains. */
export type ZoneByName = (name: string) => ZoneClock | null;

/**
 * Looks names of time zones up: in the time zone database, among the calendar's own VTIMEZONEs, among the names that
 * Windows uses, and as a database name behind a prefix (`/citadel.org/20190914_1/Europe/Zurich`).
 * @param horizon changes of clocks are known up to here
 */
export function zonesOf(components: readonly CalendarComponent[], horizon: Date): ZoneByName {
  const own = new Map(components.map((component) => [textOf(component, "tzid") ?? "", component]));
  const known = new Map<string, ZoneClock | null>();
  return (name) => {
    const found = known.get(name) ?? find(name, own, horizon.getTime());
    known.set(name, found);
    return found;
  };
}

function find(name: string, own: ReadonlyMap<string, CalendarComponent>, horizon: number): ZoneClock | null {
  const described = own.get(name);
  if (IANAZone.isValidZone(name)) {
    return zoneClock(name);
  }
  if (described !== undefined) {
    return describedZone(described, horizon);
  }
  const parts = name.split("/");
  const [windows] = findIana(name as Parameters<typeof findIana>[0]) ?? [];
  const behindPrefix = parts
    .map((_part, index) => parts.slice(index).join("/"))
    .find((rest) => (rest.includes("/") || /^(UTC|GMT)$/i.test(rest)) && IANAZone.isValidZone(rest));
  const found = windows ?? behindPrefix;
  return found === undefined ? null : zoneClock(found);
}

interface Change {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** The clocks that a VTIMEZONE describes. @throws Error when it cannot be understood */
function describedZone(zone: CalendarComponent, horizon: number): ZoneClock {
  const changes = zone.parts.flatMap((part) => changesOf(part, horizon)).sort((a, b) => a.at - b.at);
  const first = changes[0];
  if (first === undefined) {
    throw new Error(`time zone "${textOf(zone, "tzid")}" has no clocks`);
  }
  return { offsetAt: (moment) => changes.findLast(({ at }) => at <= moment)?.to ?? first.from };
}

function changesOf(part: CalendarComponent, horizon: number): readonly Change[] {
  const from = offsetOf(textOf(part, "tzoffsetfrom"));
  const to = offsetOf(textOf(part, "tzoffsetto"));
  const start = onset(textOf(part, "dtstart"));
  const rules = propertiesNamed(part, "x-rrule").flatMap(({ values }) => {
    const rule = parseRule(String(values[0]));
    const until = rule.until === null ? horizon : Math.min(horizon, untilOf(rule.until, from));
    return expandRule(rule, start, until);
  });
  const listed = propertiesNamed(part, "rdate").flatMap(({ values }) => values.map((value) => onset(String(value))));
  return [start, ...rules, ...listed].map((floating) => ({ at: floating - from, from, to }));
}

/** `+02:00` as milliseconds. */
function offsetOf(text: string | null): number {
  const [, sign, hours, minutes, seconds = "0"] = /^([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text ?? "") ?? [];
  if (sign === undefined) {
    throw new Error(`a time zone has the offset "${text}"`);
  }
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === "-" ? -size : size;
}

function onset(text: string | null): number {
  if (text === null || !DATE_TIME.test(text)) {
    throw new Error(`a time zone changes its clocks at "${text}"`);
  }
  return Date.parse(`${text}Z`);
}

/** UNTIL of a time zone's rule on its clock: it is written in UTC. */
function untilOf(text: string, offset: number): number {
  const iso = text.replace(
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/,
    (_all, y, mo, d, h = "23", mi = "59", s = "59") => `${y}-${mo}-${d}T${h}:${mi}:${s}Z`,
  );
  return Date.parse(iso) + (text.endsWith("Z") ? offset : 0);
}
