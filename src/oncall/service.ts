import type { Logger } from "pino";
import type { Clock } from "../alert/clock.ts";
import type { Person } from "../alert/group.ts";
import type { Catalogue } from "../config/catalogue.ts";
import type { Config } from "../config/schema.ts";
import type { OncallDesk } from "../operations/actions-types.ts";
import { createOncallDesk, NO_SCHEDULE } from "../operations/oncall.ts";
import { createLoop, type Loop } from "../runtime/loop.ts";
import type { Store } from "../store/store.ts";
import { feedClient } from "./calendar/feed-client.ts";
import { createFeedWatch } from "./calendar/feed-watch.ts";
import { createCalendarReader, rememberReadings } from "./calendar/thread.ts";
import { createEscalations, type Escalations } from "./escalations.ts";
import { dutiesAt, type RosterDuty } from "./handoff.ts";
import { loadSchedule, type Schedule } from "./load.ts";
import type { Deliver } from "./pages.ts";
import type { RouteContext } from "./route.ts";
import type { Exceptions } from "./turn.ts";
import { personNamed } from "./who.ts";

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
  escalations(deliver: Deliver, quietPeople?: QuietPeople): Escalations;
}

/** Those of some people who want quiet now, by name, until when. */
export type QuietPeople = (some: () => Promise<readonly Person[]>, now: Date) => Promise<ReadonlyMap<string, Date>>;

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
  const read = rememberReadings(createCalendarReader());
  const feeds = createFeedWatch(schedule, { states: store.states, fetchText: feedClient(), read }, (problem) =>
    log.warn({ problem }, "on-call calendar"),
  );
  const exceptions = async (at: Date): Promise<Exceptions> => ({
    overrides: await store.oncall.overrides(new Date(at.getTime() - AROUND), new Date(at.getTime() + AROUND)),
    calendars: (await feeds.current(clock())).calendars,
  });
  const context = async (at: Date, quietPeople: QuietPeople | undefined): Promise<RouteContext> => {
    const known = await exceptions(at);
    const onDuty = async () =>
      dutiesAt(schedule, known, at).flatMap(({ roles }) => roles.flatMap(({ person }) => person ?? []));
    const quietFor = await quietPeople?.(onDuty, at);
    const { severities } = config.intelligence;
    return { schedule, exceptions: known, severities, ownersOf, ...(quietFor === undefined ? {} : { quietFor }) };
  };
  const readCalendars = async () => void (await feeds.refresh(clock()));
  return {
    loops: [createLoop({ name: "on-call calendars", every: CALENDARS_EVERY, run: readCalendars, clock, log })],
    duties: async (at) => dutiesAt(schedule, await exceptions(at), at),
    person: (name) => personNamed(schedule, name),
    desk: createOncallDesk({ schedule, exceptions, ownersOf, store, clock }),
    escalations: (deliver, quietPeople) =>
      createEscalations({
        store,
        context: (at) => context(at, quietPeople),
        deliver,
        clock,
        heard: ({ groupId, what, reason }) =>
          log[what === "failed" ? "error" : "info"]({ group: groupId, what, reason }, "on call"),
      }),
  };
}

const NO_ONCALL: Oncall = {
  loops: [],
  duties: async () => [],
  person: (name) => ({ name }),
  desk: NO_SCHEDULE,
  escalations: () => ({
    look: async () => {},
    answered: async () => {},
    of: async () => null,
  }),
};
