import { DateTime } from "luxon";
import { parseDuration } from "../alert/duration.ts";
import { UserError } from "../alert/user-error.ts";
import { nearestNames } from "../config/nearest.ts";
import type { OncallOverride } from "../store/store.ts";
import { roleKey, type Schedule } from "./load.ts";
import { type Exceptions, presentShift, turnAt } from "./turn.ts";

const LONGEST = 100 * 86_400_000;

/** Names that an override may have as its roster: `cmsweb` for the first role, `cmsweb/secondary` for another. */
export function overrideKeys(schedule: Schedule): readonly string[] {
  return schedule.rosters.flatMap((roster) => Object.keys(roster.roles).map((role) => roleKey(roster, role)));
}

/**
 * Checks an override somebody wants.
 * @throws UserError for an unknown roster or person (with the nearest right one), a time that ends before it begins, or
 *   one that is longer than 100 days
 */
export function checkOverride(schedule: Schedule, wish: Omit<OncallOverride, "id">): void {
  requireName("roster", wish.roster, overrideKeys(schedule));
  requireName(
    "person",
    wish.person,
    schedule.people.map(({ name }) => name),
  );
  const length = wish.to.getTime() - wish.from.getTime();
  if (!(length > 0 && length <= LONGEST)) {
    throw new UserError(
      `it would last from ${wish.from.toISOString()} to ${wish.to.toISOString()}`,
      "override",
      "let it end after it begins, within 100 days",
    );
  }
}

/** @throws UserError when the name is not among the right ones, with the nearest of them */
export function requireName(kind: string, name: string, right: readonly string[]): void {
  if (!right.includes(name)) {
    const [near = null] = nearestNames(name, right, 1);
    const hint = near === null ? `there are: ${right.join(", ")}` : `did you mean "${near}"?`;
    throw new UserError(`there is no ${kind} "${name}"`, "on call", hint);
  }
}

/**
 * The rest of the shift that runs at a moment, for "take my shift".
 * @returns null when nobody has the role or it has no shifts
 */
export function restOfShift(
  schedule: Schedule,
  key: string,
  exceptions: Exceptions,
  at: Date,
): { readonly person: string; readonly from: Date; readonly to: Date } | null {
  for (const roster of schedule.rosters) {
    const role = Object.keys(roster.roles).find((name) => roleKey(roster, name) === key);
    const present = role === undefined ? null : presentShift(schedule, roster, role, at);
    const person = role === undefined ? null : turnAt(schedule, roster, role, exceptions, at).person;
    if (present !== null && person !== null) {
      return { person, from: at, to: present.to };
    }
  }
  return null;
}

/**
 * A moment that a person wrote: with its zone, or in the schedule's; `now` and `+4h` from now.
 * @throws UserError for anything else
 */
export function readMoment(text: string, zone: string, now: Date, where: string): Date {
  if (text === "now") {
    return now;
  }
  if (/^\+\d/.test(text)) {
    return new Date(now.getTime() + readDuration(text.slice(1), where));
  }
  const moment = DateTime.fromISO(text, { zone });
  if (!moment.isValid) {
    throw new UserError(
      `"${text}" is not a time`,
      where,
      "write it like 2026-01-05T09:00, 2026-01-05T09:00+01:00 or +4h",
    );
  }
  return moment.toJSDate();
}

/** @throws UserError for text that is not a duration */
export function readDuration(text: string, where: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new UserError((error as Error).message, where, "give how long", { cause: error });
  }
}
