import { own } from "../alert/own.ts";
import { spansBetween } from "./hours.ts";
import { roleKey, type Schedule } from "./load.ts";
import { shiftsBetween } from "./rotation.ts";
import type { Roster, Rotation } from "./schema.ts";
import { type Exceptions, holidayTest, type Turn, turnAt, zoneOf } from "./turn.ts";

/** A stretch of time in which one person, or nobody, has a role. */
export interface Segment extends Turn {
  readonly from: Date;
  readonly to: Date;
}

const LONGEST_DAYS = 800;
const DAY = 86_400_000;

/**
 * Who has a role over a range: whole and without overlaps, in order. Neighbours with the same person are one segment.
 * @throws RangeError for a range that ends before it begins or is longer than 800 days
 */
export function coverage(
  schedule: Schedule,
  roster: Roster,
  roleName: string,
  exceptions: Exceptions,
  range: { readonly from: Date; readonly to: Date },
): readonly Segment[] {
  const { from, to } = range;
  if (!(from <= to && to.getTime() - from.getTime() <= LONGEST_DAYS * DAY)) {
    throw new RangeError(`a range of at most ${LONGEST_DAYS} days is needed, from its begin to its end`);
  }
  const edges = [from, ...changes(schedule, roster, roleName, exceptions, range), to];
  const moments = [...new Set(edges.map((edge) => edge.getTime()))].sort((a, b) => a - b);
  const segments: Segment[] = [];
  for (const [index, start] of moments.slice(0, -1).entries()) {
    const turn = turnAt(schedule, roster, roleName, exceptions, new Date(start));
    const end = new Date(moments[index + 1] ?? start);
    const last = segments.at(-1);
    if (last !== undefined && last.person === turn.person && last.source === turn.source) {
      segments[segments.length - 1] = { ...last, to: end };
    } else {
      segments.push({ ...turn, from: new Date(start), to: end });
    }
  }
  return segments;
}

/** One role's shifts. */
export interface RoleCoverage {
  /** Role key, e.g. `cmsweb/secondary`. */
  readonly key: string;
  readonly segments: readonly Segment[];
}

/** Coverage of every role of the named rosters. */
export function coverageOfRoles(
  schedule: Schedule,
  rosters: readonly string[],
  exceptions: Exceptions,
  range: { readonly from: Date; readonly to: Date },
): readonly RoleCoverage[] {
  return schedule.rosters
    .filter(({ name }) => rosters.includes(name))
    .flatMap((roster) =>
      Object.keys(roster.roles).map((role) => ({
        key: roleKey(roster, role),
        segments: coverage(schedule, roster, role, exceptions, range),
      })),
    );
}

/** The stretches of a range in which nobody has the role. */
export function gaps(segments: readonly Segment[]): readonly Segment[] {
  return segments.filter(({ person }) => person === null);
}

/** Moments within a range at which the role can change hands. */
function changes(
  schedule: Schedule,
  roster: Roster,
  roleName: string,
  { overrides, calendars }: Exceptions,
  range: { readonly from: Date; readonly to: Date },
): readonly Date[] {
  const role = own(roster.roles, roleName);
  const rotations = [...(role?.rotation ?? []), ...(own(roster.roles, role?.nextOf ?? "")?.rotation ?? [])];
  const away = new Set(rotations.flatMap(({ people }) => people));
  // Whoever has the next shift also depends on who has the present one.
  const keys = [roleName, ...(role?.nextOf === undefined ? [] : [role.nextOf])].map((name) => roleKey(roster, name));
  const spans = [
    ...overrides.filter((override) => keys.includes(override.roster)),
    ...keys.flatMap((key) => calendars.get(key) ?? []),
    ...rotations.flatMap((rotation) => rotationSpans(schedule, rotation, range)),
    ...schedule.people.filter(({ name }) => away.has(name)).flatMap((person) => person.away),
  ];
  return spans.flatMap((span) => [span.from, span.to]).filter((edge) => range.from < edge && edge < range.to);
}

function rotationSpans(schedule: Schedule, rotation: Rotation, range: { readonly from: Date; readonly to: Date }) {
  const zone = zoneOf(schedule, rotation);
  const { hours } = rotation;
  const onDuty = hours === undefined ? [] : spansBetween(hours, hours.timezone ?? zone, holidayTest(schedule), range);
  return [...shiftsBetween(rotation, zone, range.from, range.to), ...onDuty];
}
