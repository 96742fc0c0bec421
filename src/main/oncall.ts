import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { Clock } from "../alert/clock.ts";
import type { AlertGroup, Person } from "../alert/group.ts";
import { UserError } from "../alert/user-error.ts";
import type { Bot } from "../bot/app.ts";
import type { Catalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
import type { ActionResult, Actor, OncallDesk } from "../intelligence/actions-types.ts";
import type { OncallNow } from "../intelligence/status-types.ts";
import { createEscalations, type Escalations } from "../oncall/escalations.ts";
import { feedClient } from "../oncall/feed-client.ts";
import { createFeedWatch } from "../oncall/feed-watch.ts";
import { dutiesAt, type RosterDuty } from "../oncall/handoff.ts";
import { loadSchedule, type Schedule } from "../oncall/load.ts";
import { checkOverride, overrideKeys } from "../oncall/override.ts";
import type { Deliver } from "../oncall/pages.ts";
import type { RouteContext } from "../oncall/route.ts";
import type { Exceptions } from "../oncall/turn.ts";
import { onDutyOf, personNamed, whoIsOnCall } from "../oncall/who.ts";
import type { Store } from "../store/store.ts";
import { createLoop, type Loop } from "./loop.ts";

/** Who is on call, and the paging of them. */
export interface Oncall {
  readonly desk: OncallDesk;
  /** Who has every role of every roster; empty where no schedule is configured. */
  duties(at: Date): Promise<readonly RosterDuty[]>;
  /** What the schedule knows of a name. */
  person(name: string): Person;
  /** Reads the calendars that rosters follow. */
  readonly loops: readonly Loop[];
  /**
   * Routes, pages and escalates; nothing where no schedule is configured.
   * @param deliver brings a message to people
   * @param quietPeople those of some people who want quiet now
   */
  escalations(deliver: Deliver, quietPeople?: Bot["quietPeople"]): Escalations;
}

export interface OncallParts {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
}

const AROUND = 40 * 86_400_000;
const CALENDARS_EVERY = 300_000;

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
  const feeds = createFeedWatch(schedule, { states: store.states, fetchText: feedClient() }, (problem) =>
    log.warn({ problem }, "on-call calendar"),
  );
  const exceptions = async (at: Date): Promise<Exceptions> => ({
    overrides: await store.oncall.overrides(new Date(at.getTime() - AROUND), new Date(at.getTime() + AROUND)),
    calendars: feeds.current().calendars,
  });
  const context = async (at: Date, quietPeople: Bot["quietPeople"] | undefined): Promise<RouteContext> => {
    const known = await exceptions(at);
    const onDuty = async () =>
      dutiesAt(schedule, known, at).flatMap(({ roles }) => roles.flatMap(({ person }) => person ?? []));
    const quietFor = await quietPeople?.(onDuty, at);
    const { severities } = config.intelligence;
    return { schedule, exceptions: known, severities, ownersOf, ...(quietFor === undefined ? {} : { quietFor }) };
  };

  async function now(service: string | null, at: Date): Promise<readonly OncallNow[]> {
    const known = await exceptions(at);
    const duties =
      service === null
        ? schedule.rosters.flatMap((roster) => onDutyOf(schedule, roster, at, known))
        : whoIsOnCall(schedule, service, at, known, ownersOf).people;
    return duties.map(({ key, person, until, because }) => ({ roster: key, person, until, because }));
  }

  async function override(wish: Parameters<OncallDesk["override"]>[0], actor: Actor): Promise<ActionResult> {
    try {
      checkOverride(schedule, wish);
    } catch (error) {
      if (error instanceof UserError) {
        return { ok: false, because: "invalid", reason: `${error.where} ${error.what}: ${error.hint}.`, group: null };
      }
      throw error;
    }
    await store.oncall.saveOverride({ ...wish, id: randomUUID() });
    const { person, from, to, roster } = wish;
    const details = { person, from, to };
    const done = {
      at: clock(),
      actor: actor.person.name,
      via: actor.via,
      action: "override",
      subject: roster,
      details,
    };
    await store.audit.append(done);
    const until = to.toISOString().slice(0, 16).replace("T", " ");
    return { ok: true, reason: `${person} has ${roster} until ${until} UTC.`, group: null };
  }

  return {
    loops: [
      createLoop({
        name: "on-call calendars",
        every: CALENDARS_EVERY,
        run: async () => void (await feeds.refresh(clock())),
        clock,
        log,
      }),
    ],
    duties: async (at) => dutiesAt(schedule, await exceptions(at), at),
    person: (name) => personNamed(schedule, name),
    desk: { now, rosters: async () => overrideKeys(schedule), override },
    escalations: (deliver, quietPeople) =>
      createEscalations({
        store,
        context: (at) => context(at, quietPeople),
        deliver,
        heard: ({ groupId, what, reason }) =>
          log[what === "failed" ? "error" : "info"]({ group: groupId, what, reason }, "on call"),
      }),
  };
}

const NOBODY = "no oncall.yaml is configured";
const NO_ONCALL: Oncall = {
  loops: [],
  duties: async () => [],
  person: (name) => ({ name }),
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
