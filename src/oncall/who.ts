import type { Person } from "../alert/group.ts";
import { coverage } from "./coverage.ts";
import { roleKey, type Schedule } from "./load.ts";
import type { Roster } from "./schema.ts";
import { type Exceptions, type Turn, turnAt } from "./turn.ts";

/** Who has one role of one roster. */
export interface OnDuty {
  readonly roster: string;
  readonly role: string;
  /** How overrides name it: `cmsweb`, `cmsweb/secondary`. */
  readonly key: string;
  readonly person: Person | null;
  /** When that changes next; null when not within a month. */
  readonly until: Date | null;
  readonly because: string;
  readonly source: Turn["source"] | "fallback";
}

/** The answer for one service. */
export interface OncallAnswer {
  readonly service: string | null;
  readonly roster: string | null;
  /** In the order in which they are paged; a role that nobody has too. Where nobody has any the fallback is first. */
  readonly people: readonly OnDuty[];
  /** True when nobody has any role: the fallback is paged, and that must be said loudly. */
  readonly nobody: boolean;
  readonly reason: string;
}

const LOOK_AHEAD = 31 * 86_400_000;

/** Owners of a service, for rosters that answer by owner. */
export type OwnersOf = (service: string) => readonly string[];

/**
 * Who is on call for a service at a moment, and why. Nobody on the roster: the fallback person, and `nobody` is true.
 * @param service null: of the default roster, or the first
 */
export function whoIsOnCall(
  schedule: Schedule,
  service: string | null,
  at: Date,
  exceptions: Exceptions,
  ownersOf: OwnersOf,
): OncallAnswer {
  const found = rosterOf(schedule, service, service === null ? [] : ownersOf(service));
  if (found === null) {
    const reason = `no roster answers for ${service ?? "anything"}`;
    return { service, roster: null, people: [fallback(schedule, null, reason)], nobody: true, reason };
  }
  const { roster, reason } = found;
  const people = onDutyOf(schedule, roster, at, exceptions);
  if (people.some(({ person }) => person !== null)) {
    const why = people.map(({ because }) => because).join("; ");
    return { service, roster: roster.name, people, nobody: false, reason: `${reason}: ${why}` };
  }
  const why = `nobody is on call: ${people[0]?.because ?? "the roster is empty"}`;
  return {
    service,
    roster: roster.name,
    people: [fallback(schedule, roster, why), ...people],
    nobody: true,
    reason: `${reason}: ${why}`,
  };
}

/** Everybody who has a role of a roster at a moment, first the one who is paged first; a role without a person too. */
export function onDutyOf(schedule: Schedule, roster: Roster, at: Date, exceptions: Exceptions): readonly OnDuty[] {
  return Object.keys(roster.roles).map((role) => {
    const turn = turnAt(schedule, roster, role, exceptions, at);
    const range = { from: at, to: new Date(at.getTime() + LOOK_AHEAD) };
    const [segment] = coverage(schedule, roster, role, exceptions, range);
    return {
      roster: roster.name,
      role,
      key: roleKey(roster, role),
      person: turn.person === null ? null : personNamed(schedule, turn.person),
      until: segment === undefined || segment.to >= range.to ? null : segment.to,
      because: turn.because,
      source: turn.source,
    };
  });
}

/** The roster that answers for a service: by its name, else by its owner, else the default one. */
export function rosterOf(
  schedule: Schedule,
  service: string | null,
  owners: readonly string[],
): { readonly roster: Roster; readonly reason: string } | null {
  const { rosters } = schedule;
  const byName = service === null ? undefined : rosters.find(({ services }) => services.includes(service));
  if (byName !== undefined) {
    return { roster: byName, reason: `roster ${byName.name} has ${service}` };
  }
  const byOwner = rosters.find((roster) => roster.owners.some((owner) => owners.includes(owner)));
  if (byOwner !== undefined) {
    return { roster: byOwner, reason: `roster ${byOwner.name} has the services of ${owners.join(", ")}` };
  }
  const byDefault = rosters.find((roster) => roster.default);
  return byDefault === undefined ? null : { roster: byDefault, reason: `roster ${byDefault.name} has everything else` };
}

/** The person of that name with what is known of them; a name that is not in the file is taken as it is. */
export function personNamed({ people }: Schedule, name: string): Person {
  const known = people.find((person) => person.name === name);
  return {
    name,
    ...(known?.slackId === undefined ? {} : { slackId: known.slackId }),
    ...(known?.email === undefined ? {} : { email: known.email }),
  };
}

/** The name by which the schedule knows somebody: found by Slack id, mail address or name; else the name as it is. */
export function nameInSchedule({ people }: Schedule, { name, slackId, email }: Person): string {
  const same = (one: string | undefined, other: string | undefined) =>
    one !== undefined && one.toLowerCase() === other?.toLowerCase();
  const known =
    people.find((person) => same(person.slackId, slackId)) ??
    people.find((person) => same(person.email, email)) ??
    people.find((person) => same(person.name, name));
  return known?.name ?? name;
}

function fallback(schedule: Schedule, roster: Roster | null, because: string): OnDuty {
  return {
    roster: roster?.name ?? "(none)",
    role: "fallback",
    key: "fallback",
    person: personNamed(schedule, schedule.fallback.person),
    until: null,
    because,
    source: "fallback",
  };
}
