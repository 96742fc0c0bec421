import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { Clock } from "../alert/clock.ts";
import type { AlertGroup } from "../alert/group.ts";
import type { Catalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
import type { ActionResult, Actor, OncallDesk } from "../intelligence/actions-types.ts";
import type { OncallNow } from "../intelligence/status-types.ts";
import { createEscalations, type Escalations } from "../oncall/escalations.ts";
import { loadSchedule, type Schedule } from "../oncall/load.ts";
import type { Deliver } from "../oncall/pages.ts";
import type { RouteContext } from "../oncall/route.ts";
import type { Exceptions } from "../oncall/turn.ts";
import { onDutyOf, whoIsOnCall } from "../oncall/who.ts";
import type { Store } from "../store/store.ts";

/** Who is on call, and the paging of them. */
export interface Oncall {
  readonly desk: OncallDesk;
  /** Routes, pages and escalates; nothing where no schedule is configured. @param deliver brings a message to people */
  escalations(deliver: Deliver): Escalations;
}

export interface OncallParts {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
}

const AROUND = 40 * 86_400_000;

/** The configured schedule, or null: then nobody is on call and everybody who asks is told so. */
export function readSchedule(config: Config, catalogue: Catalogue): Schedule | null {
  return config.oncall === undefined ? null : loadSchedule(config.oncall, catalogue);
}

/** @param schedule null where none is configured @throws UserError for a schedule that cannot be */
export function createOncall(schedule: Schedule | null, parts: OncallParts): Oncall {
  const ownersOf = (service: string) => parts.catalogue.find(service)?.owners ?? [];
  return schedule === null ? NO_ONCALL : withSchedule(schedule, ownersOf, parts);
}

function withSchedule(
  schedule: Schedule,
  ownersOf: RouteContext["ownersOf"],
  { config, store, clock, log }: OncallParts,
): Oncall {
  const exceptions = async (at: Date): Promise<Exceptions> => ({
    overrides: await store.oncall.overrides(new Date(at.getTime() - AROUND), new Date(at.getTime() + AROUND)),
    calendars: new Map(),
  });
  const context = async (at: Date): Promise<RouteContext> => ({
    schedule,
    exceptions: await exceptions(at),
    severities: config.intelligence.severities,
    ownersOf,
  });

  async function now(service: string | null, at: Date): Promise<readonly OncallNow[]> {
    const known = await exceptions(at);
    const duties =
      service === null
        ? schedule.rosters.flatMap((roster) => onDutyOf(schedule, roster, at, known))
        : whoIsOnCall(schedule, service, at, known, ownersOf).people;
    return duties.map(({ key, person, until, because }) => ({ roster: key, person, until, because }));
  }

  async function override(wish: Parameters<OncallDesk["override"]>[0], actor: Actor): Promise<ActionResult> {
    const isKnown = schedule.rosters.some(
      ({ name, roles }) => wish.roster === name || Object.keys(roles).some((role) => wish.roster === `${name}/${role}`),
    );
    if (!isKnown || wish.from >= wish.to) {
      const reason = isKnown ? "An override ends after it begins." : `There is no roster "${wish.roster}".`;
      return { ok: false, because: "invalid", reason, group: null };
    }
    await store.oncall.saveOverride({ ...wish, id: randomUUID() });
    const details = { person: wish.person, from: wish.from, to: wish.to };
    await store.audit.append({
      at: clock(),
      actor: actor.person.name,
      via: actor.via,
      action: "override",
      subject: wish.roster,
      details,
    });
    return {
      ok: true,
      reason: `${wish.person} has ${wish.roster} until ${wish.to.toISOString().slice(0, 16).replace("T", " ")} UTC.`,
      group: null,
    };
  }

  return {
    desk: { now, rosters: async () => schedule.rosters.map(({ name }) => name), override },
    escalations: (deliver) =>
      createEscalations({
        store,
        context,
        deliver,
        heard: ({ groupId, what, reason }) =>
          log[what === "failed" ? "error" : "info"]({ group: groupId, what, reason }, "on call"),
      }),
  };
}

const NOBODY = "no oncall.yaml is configured";
const NO_ONCALL: Oncall = {
  desk: {
    now: async () => [{ roster: "nobody", person: null, until: null, because: NOBODY }],
    rosters: async () => [],
    override: async () => ({
      ok: false,
      because: "unavailable",
      reason: `There is no roster to change: ${NOBODY}.`,
      group: null,
    }),
  },
  escalations: () => ({
    look: async (_groups: readonly AlertGroup[]) => {},
    answered: async () => {},
    of: async () => null,
  }),
};
