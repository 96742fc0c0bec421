import { randomUUID } from "node:crypto";
import type { Clock } from "../alert/clock.ts";
import { UserError } from "../alert/user-error.ts";
import type { Schedule } from "../oncall/load.ts";
import { checkOverride, overrideKeys, restOfShift } from "../oncall/override.ts";
import type { Exceptions } from "../oncall/turn.ts";
import { nameInSchedule, type OwnersOf, onDutyOf, whoIsOnCall } from "../oncall/who.ts";
import type { OncallOverride, Store } from "../store/store.ts";
import type { ActionResult, Actor, OncallDesk } from "./actions-types.ts";

export interface OncallDeskParts {
  readonly schedule: Schedule;
  /** Overrides and calendars around a moment. */
  readonly exceptions: (at: Date) => Promise<Exceptions>;
  readonly ownersOf: OwnersOf;
  readonly store: Pick<Store, "oncall" | "audit">;
  readonly clock: Clock;
}

const AHEAD = 366 * 86_400_000;

/** What people ask of the schedule, and the exceptions they make; each exception is in the audit log. */
export function createOncallDesk({ schedule, exceptions, ownersOf, store, clock }: OncallDeskParts): OncallDesk {
  const coming = (at: Date) => store.oncall.overrides(at, new Date(at.getTime() + AHEAD));

  async function record(action: string, override: OncallOverride, actor: Actor): Promise<void> {
    const { id, roster: subject, person, from, to } = override;
    const who = { actor: actor.person.name, via: actor.via };
    await store.audit.append({ at: clock(), ...who, action, subject, details: { id, person, from, to } });
  }

  async function override(wish: Omit<OncallOverride, "id">, actor: Actor): Promise<ActionResult> {
    try {
      checkOverride(schedule, wish);
    } catch (error) {
      if (error instanceof UserError) {
        return refuse("invalid", `${error.where} ${error.what}: ${error.hint}.`);
      }
      throw error;
    }
    const made = { ...wish, id: randomUUID() };
    await store.oncall.saveOverride(made);
    await record("override", made, actor);
    const reason = `${wish.person} has ${wish.roster} until ${momentUtc(wish.to)}.`;
    return { ok: true, reason, group: null, overrideId: made.id };
  }

  async function undoOverride(id: string, actor: Actor): Promise<ActionResult> {
    const known = (await coming(clock())).find((one) => one.id === id);
    if (known === undefined) {
      return refuse("gone", "This exception is over, or was taken back already.");
    }
    await store.oncall.removeOverride(id);
    await record("remove-override", known, actor);
    return {
      ok: true,
      reason: `Taken back: ${known.person} no longer has ${known.roster} out of turn.`,
      group: null,
    };
  }

  return {
    async now(service, at) {
      const known = await exceptions(at);
      const duties =
        service === null
          ? schedule.rosters.flatMap((roster) => onDutyOf(schedule, roster, at, known))
          : whoIsOnCall(schedule, service, at, known, ownersOf).people;
      return duties.map(({ key, person, until, because }) => ({ roster: key, person, until, because }));
    },
    rosters: async () => overrideKeys(schedule),
    override,
    undoOverride,
    overrides: coming,
    restOfShift: async (roster, at) => restOfShift(schedule, roster, await exceptions(at), at),
    nameOf: (person) => nameInSchedule(schedule, person),
  };
}

function momentUtc(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function refuse(because: "invalid" | "gone", reason: string): ActionResult {
  return { ok: false, because, reason, group: null };
}

const NOBODY = "no oncall.yaml is configured";
const UNAVAILABLE: ActionResult = {
  ok: false,
  because: "unavailable",
  reason: `There is no roster to change: ${NOBODY}.`,
  group: null,
};

/** The desk where no schedule is configured: nobody is on call, and everybody who asks is told so. */
export const NO_SCHEDULE: OncallDesk = {
  now: async () => [{ roster: "nobody", person: null, until: null, because: NOBODY }],
  rosters: async () => [],
  override: async () => UNAVAILABLE,
  undoOverride: async () => UNAVAILABLE,
  overrides: async () => [],
  restOfShift: async () => null,
  nameOf: ({ name }) => name,
};
