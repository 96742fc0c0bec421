import type { Logger } from "pino";
import type { Clock } from "../../alert/clock.ts";
import type { Person } from "../../alert/group.ts";
import { dueReminders } from "../../alertmanager/silence-care.ts";
import type { Config } from "../../config/schema.ts";
import { type RosterDuty, shiftChanges, type ToldDuties } from "../../oncall/handoff.ts";
import { createTries } from "../../runtime/tries.ts";
import type { StatusSource } from "../../status/status-types.ts";
import type { Store } from "../../store/store.ts";
import type { Announcer } from "./announcer.ts";
import { dueDigests } from "./digest-times.ts";

export interface AnnouncementParts {
  readonly announcer: Announcer;
  readonly store: Store;
  readonly status: StatusSource;
  /** Who is on call, by roster; empty where nothing is scheduled. */
  readonly duties: (at: Date) => Promise<readonly RosterDuty[]>;
  /** What the roster knows of a name. */
  readonly person: (name: string) => Person;
  readonly config: Config["slack"];
  readonly clock: Clock;
  readonly log: Logger;
}

const TOLD = "bot/told-duties";
const DIGESTED = "bot/digested/";
const MOST_AT_ONCE = 200;

/**
 * One look at everything that is said by the clock: changes of shift, digests, questions to those who acknowledged, reminders
 * of silences. What was said is in the store, so that a restart or another replica does not say it again, and what was due
 * while nobody ran is said late rather than never. Trouble with one kind does not keep the others waiting.
 */
export function createAnnouncements(parts: AnnouncementParts): () => Promise<void> {
  const { attempt } = createTries(parts.clock, parts.log);
  const kinds = { tellShifts, tellDigests, askWorkers, remindOwners };
  return async () => {
    const now = parts.clock();
    await Promise.all(
      Object.entries(kinds).map(([kind, tell]) =>
        tell(parts, attempt, now).catch((error: Error) => {
          parts.log.error({ err: error, kind }, "messages by the clock failed, tried again at the next look");
        }),
      ),
    );
  };
}

type Attempt = ReturnType<typeof createTries>["attempt"];

async function tellShifts(
  { announcer, store, status, duties, log }: AnnouncementParts,
  attempt: Attempt,
  now: Date,
): Promise<void> {
  const present = await duties(now);
  const told = (await store.states.get<ToldDuties>(TOLD)) ?? {};
  const found = shiftChanges(present, told);
  const open = found.changes.length === 0 ? null : await status.groups({}, now);
  let after = found.told;
  for (const change of open === null ? [] : found.changes) {
    log.info({ roster: change.duty.roster, key: change.key }, "change of shift");
    const done = await attempt(change.key, () => announcer.handoff({ ...change, open: open ?? NOTHING }));
    if (!done) {
      after = withoutNews(
        after,
        told,
        change.changes.map(({ role }) => role.key),
      );
    }
  }
  if (JSON.stringify(after) !== JSON.stringify(told)) {
    await store.states.put(TOLD, after);
  }
  await announcer.followShift(present);
}

const NOTHING = { kind: "missing", because: "not asked" } as const;

/** What could not be told stays untold. */
function withoutNews(after: ToldDuties, told: ToldDuties, keys: readonly string[]): ToldDuties {
  const kept = Object.entries(after).filter(([key]) => !keys.includes(key));
  const before = Object.entries(told).filter(([key]) => keys.includes(key));
  return Object.fromEntries([...kept, ...before]);
}

async function tellDigests(
  { announcer, store, config }: AnnouncementParts,
  attempt: Attempt,
  now: Date,
): Promise<void> {
  const last = await store.states.list<string>(DIGESTED);
  for (const length of ["day", "week"].filter((one) => !last.has(DIGESTED + one))) {
    // The first start ever: there is no time before it to tell of.
    await store.states.put(DIGESTED + length, now.toISOString());
  }
  for (const { length, at } of dueDigests(config.digest, now)) {
    const state = DIGESTED + length;
    if ((last.get(state) ?? now.toISOString()) >= at.toISOString()) {
      continue;
    }
    await attempt(`digest ${length} ${at.toISOString()}`, async () => {
      const { waiting } = await announcer.digest(length, at);
      if (waiting === 0) {
        await store.states.put(state, at.toISOString());
      }
    });
  }
}

async function askWorkers(
  { announcer, store, status, person, config }: AnnouncementParts,
  attempt: Attempt,
  now: Date,
): Promise<void> {
  const ending = (await store.acknowledgements.active()).filter(({ until }) => {
    const left = until.getTime() - now.getTime();
    return left > 0 && left <= config.askBefore;
  });
  for (const acknowledgement of ending.slice(0, MOST_AT_ONCE)) {
    const group = await status.group(acknowledgement.groupId);
    if (group !== null && group.state !== "resolved") {
      const key = `still working ${group.id} ${acknowledgement.until.toISOString()}`;
      await attempt(key, () => announcer.askStillWorking(group, acknowledgement, person(acknowledgement.by)));
    }
  }
}

async function remindOwners(
  { announcer, store, person, config }: AnnouncementParts,
  attempt: Attempt,
  now: Date,
): Promise<void> {
  const due = dueReminders(await store.silences.active(), now, config.remindBefore, new Set());
  for (const { key, entry } of due.slice(0, MOST_AT_ONCE)) {
    await attempt(`silence ends ${key}`, () => announcer.remindOfSilence(entry, person(entry.owner)));
  }
}
