import { own } from "../alert/own.ts";
import type { OncallOverride } from "../store/store.ts";
import { isWithin } from "./hours.ts";
import { roleKey, type Schedule } from "./load.ts";
import { personOfTurn, type Shift, shiftAt } from "./rotation.ts";
import type { Role, Roster, Rotation } from "./schema.ts";

/** A time that a calendar gives to a person. */
export interface CalendarEvent {
  readonly person: string;
  readonly from: Date;
  readonly to: Date;
}

/**
 * What is known besides the file: people's exceptions, and calendars by role key (`cmsweb`, `cmsweb/secondary`); a calendar that
 * could not be read yet is not among them.
 */
export interface Exceptions {
  readonly overrides: readonly OncallOverride[];
  readonly calendars: ReadonlyMap<string, readonly CalendarEvent[]>;
}

/** No overrides and no calendars. */
export const NO_EXCEPTIONS: Exceptions = { overrides: [], calendars: new Map() };

/** Who has a role at a moment; null for nobody. */
export interface Turn {
  readonly person: string | null;
  readonly because: string;
  /** `unread`: nobody is known, since the calendar of the role could not be read yet. */
  readonly source: "override" | "calendar" | "rotation" | "nobody" | "unread";
}

/** Who has a role at one moment: an override, else the calendar, else the first rotation that has somebody. */
export function turnAt(schedule: Schedule, roster: Roster, roleName: string, exceptions: Exceptions, at: Date): Turn {
  const key = roleKey(roster, roleName);
  const role = own(roster.roles, roleName);
  if (role === undefined) {
    return nobody(`roster ${roster.name} has no role ${roleName}`);
  }
  return (
    ownTurn(schedule, key, role, exceptions, at) ??
    nextTurn(schedule, roster, role, exceptions, at) ??
    unread(key, role, exceptions) ??
    nobody(`nobody has a shift as ${roleName} of ${roster.name}`)
  );
}

/** Who has a role by itself, not as the next of another. */
function ownTurn(
  schedule: Schedule,
  key: string,
  { rotation }: Role,
  { overrides, calendars }: Exceptions,
  at: Date,
): Turn | null {
  return (
    overrideTurn(key, overrides, at) ??
    calendarTurn(calendars.get(key) ?? [], at) ??
    rotationTurn(schedule, rotation, at)
  );
}

function unread(key: string, { calendar }: Role, { calendars }: Exceptions): Turn | null {
  return calendar === undefined || calendars.has(key)
    ? null
    : { person: null, because: `the calendar of ${key} could not be read yet`, source: "unread" };
}

function nobody(because: string): Turn {
  return { person: null, because, source: "nobody" };
}

/** Of several at once the one that began last counts: it is the exception to the others. */
function overrideTurn(key: string, overrides: readonly OncallOverride[], at: Date): Turn | null {
  const found = latest(overrides.filter(({ roster }) => roster === key).filter((one) => one.from <= at && at < one.to));
  if (found === null) {
    return null;
  }
  const by = found.by === found.person ? "took the shift" : `was put in by ${found.by}`;
  return { person: found.person, because: `${found.person} ${by} until ${found.to.toISOString()}`, source: "override" };
}

function calendarTurn(events: readonly CalendarEvent[], at: Date): Turn | null {
  const found = latest(events.filter((event) => event.from <= at && at < event.to));
  return found === null
    ? null
    : {
        person: found.person,
        because: `the calendar has ${found.person} until ${found.to.toISOString()}`,
        source: "calendar",
      };
}

function latest<T extends { readonly from: Date; readonly to: Date; readonly person: string }>(
  spans: readonly T[],
): T | null {
  const sorted = [...spans].sort(
    (a, b) =>
      b.from.getTime() - a.from.getTime() || a.to.getTime() - b.to.getTime() || a.person.localeCompare(b.person),
  );
  return sorted[0] ?? null;
}

function rotationTurn(schedule: Schedule, rotations: readonly Rotation[], at: Date): Turn | null {
  for (const rotation of rotations) {
    const shift = isOnDuty(schedule, rotation, at) ? shiftAt(rotation, zoneOf(schedule, rotation), at) : null;
    const person = shift === null ? null : firstPresent(schedule, rotation, shift.index, at);
    if (shift !== null && person !== null) {
      const instead = person === shift.person ? "" : ` instead of ${shift.person}, who is away`;
      return { person, because: `${person} has the shift${instead}`, source: "rotation" };
    }
  }
  return null;
}

/** Whoever has the shift after the present one of the named role: the first who is not the one on call now, in turn or not. */
function nextTurn(schedule: Schedule, roster: Roster, { nextOf }: Role, exceptions: Exceptions, at: Date): Turn | null {
  const present = nextOf === undefined ? undefined : own(roster.roles, nextOf);
  const rotation = present?.rotation.find((one) => isOnDuty(schedule, one, at));
  const shift = rotation === undefined ? null : shiftAt(rotation, zoneOf(schedule, rotation), at);
  if (nextOf === undefined || present === undefined || rotation === undefined || shift === null) {
    return null;
  }
  const now = ownTurn(schedule, roleKey(roster, nextOf), present, exceptions, at)?.person;
  for (let turn = 1; turn <= rotation.people.length; turn++) {
    const person = personOfTurn(rotation, shift.index + turn);
    if (person !== now && !isAway(schedule, person, at)) {
      return { person, because: `${person} has the next shift as ${nextOf}`, source: "rotation" };
    }
  }
  return null;
}

/** The zone that a rotation's handoffs are in. */
export function zoneOf(schedule: Schedule, rotation: Rotation): string {
  return rotation.timezone ?? schedule.timezone;
}

function isOnDuty(schedule: Schedule, rotation: Rotation, at: Date): boolean {
  const { hours } = rotation;
  return (
    hours === undefined || isWithin(hours, hours.timezone ?? zoneOf(schedule, rotation), holidayTest(schedule), at)
  );
}

/** Tells whether a local day is a holiday of the schedule. */
export function holidayTest(schedule: Schedule): (day: string) => boolean {
  const days = new Set(schedule.holidays.map(({ date }) => date));
  return (day) => days.has(day);
}

function firstPresent(schedule: Schedule, rotation: Rotation, index: number, at: Date): string | null {
  for (let turn = 0; turn < rotation.people.length; turn++) {
    const person = personOfTurn(rotation, index + turn);
    if (!isAway(schedule, person, at)) {
      return person;
    }
  }
  return null;
}

function isAway({ people }: Schedule, name: string, at: Date): boolean {
  const away = people.find((person) => person.name === name)?.away ?? [];
  return away.some(({ from, to }) => from <= at && at < to);
}

/** The shift of the rotation on duty at a moment (for a role that follows another, of that one); null without one. */
export function presentShift(schedule: Schedule, roster: Roster, roleName: string, at: Date): Shift | null {
  const role = own(roster.roles, roleName);
  const rotations = [...(role?.rotation ?? []), ...(own(roster.roles, role?.nextOf ?? "")?.rotation ?? [])];
  const rotation = rotations.find((one) => isOnDuty(schedule, one, at));
  return rotation === undefined ? null : shiftAt(rotation, zoneOf(schedule, rotation), at);
}
