import { own, putOwn } from "../alert/own.ts";
import type { Schedule } from "./load.ts";
import type { Exceptions } from "./turn.ts";
import { type OnDuty, onDutyOf } from "./who.ts";

/** Who has the roles of one roster at a moment. */
export interface RosterDuty {
  readonly roster: string;
  /** Where its notes go; null where it names no channel. */
  readonly channel: string | null;
  /** First the one who is paged first; a role that nobody has too. */
  readonly roles: readonly OnDuty[];
}

/** Who has every role of every roster. */
export function dutiesAt(schedule: Schedule, exceptions: Exceptions, at: Date): readonly RosterDuty[] {
  return schedule.rosters.map((roster) => ({
    roster: roster.name,
    channel: roster.channel ?? schedule.fallback.channel ?? null,
    roles: onDutyOf(schedule, roster, at, exceptions),
  }));
}

/** What people were told last, by role key. JSON: it is kept in the store. */
export type ToldDuties = Readonly<Record<string, { readonly person: string | null; readonly turn: number }>>;

/** A role that changed hands since people were told. */
export interface RoleChange {
  readonly role: OnDuty;
  readonly leaving: string | null;
}

/** The change of a roster. */
export interface RosterChange {
  /** The same change has the same key, whichever replica finds it; a person who comes back later has another. */
  readonly key: string;
  readonly duty: RosterDuty;
  readonly changes: readonly RoleChange[];
  /** True when nobody has any role of the roster. */
  readonly nobody: boolean;
}

/**
 * What changed since people were told: over a restart, an exception that somebody made, or one that was taken back. Of what
 * changed several times meanwhile only the end is told. A roster that is seen for the first time is only told when nobody is
 * on call. Who has a role whose calendar could not be read yet is not known: nothing is told of it.
 * @returns the changes, and what is told once they are
 */
export function shiftChanges(
  duties: readonly RosterDuty[],
  told: ToldDuties,
): { readonly changes: readonly RosterChange[]; readonly told: ToldDuties } {
  const next: Record<string, ToldDuties[string]> = {};
  const found: RosterChange[] = [];
  for (const duty of duties) {
    const nobody = duty.roles.every(({ person, source }) => person === null && source !== "unread");
    const changes = duty.roles.flatMap((role): readonly RoleChange[] => {
      const known = own(told, role.key);
      const person = role.person?.name ?? null;
      const isNew = known === undefined;
      if (role.source === "unread") {
        return keepTold(next, role.key, known);
      }
      if (isNew ? !nobody : known.person === person) {
        putOwn(next, role.key, known ?? { person, turn: 0 });
        return [];
      }
      putOwn(next, role.key, { person, turn: (known?.turn ?? 0) + 1 });
      return [{ role, leaving: known?.person ?? null }];
    });
    if (changes.length > 0) {
      const parts = changes.map(({ role: { key, person } }) => `${key}:${own(next, key)?.turn}:${person?.name ?? ""}`);
      found.push({ key: `handoff/${parts.join("/")}`, duty, changes, nobody });
    }
  }
  return { changes: found, told: next };
}

function keepTold(
  next: Record<string, ToldDuties[string]>,
  key: string,
  known: ToldDuties[string] | undefined,
): readonly [] {
  if (known !== undefined) {
    putOwn(next, key, known);
  }
  return [];
}
