import type { webApi } from "@slack/bolt";
import type { AlertGroup, Person } from "../../alert/group.ts";
import { own } from "../../alert/own.ts";
import type { RosterDuty } from "../../oncall/handoff.ts";
import type { Acknowledgement, LedgerEntry } from "../../store/store.ts";
import { digestMessage } from "../messages/digest.ts";
import type { Payload } from "../messages/payload.ts";
import { type Handoff, handoffMessage } from "../messages/shift.ts";
import { silenceEndsMessage, stillWorkingMessage } from "../messages/still-working.ts";
import type { BotParts } from "../parts.ts";
import type { People } from "../people.ts";
import { subscribersOf } from "../settings.ts";
import { gatherDigest } from "./digest.ts";
import { type Outbox, PRIORITY } from "./outbox.ts";
import type { Poster } from "./poster.ts";
import type { QuietUntil } from "./quiet-hours.ts";
import { createShiftFollowers } from "./shift-followers.ts";

/**
 * Messages that come by the clock. Each is sent once, however often it is asked for, over restarts and by however many
 * replicas. What could not be sent is thrown: ask again.
 */
export interface Announcer {
  /** Posts a change of shift. */
  handoff(handoff: Handoff): Promise<void>;
  /** Lets channel topics and user groups follow who is on call now. */
  followShift(duties: readonly RosterDuty[]): Promise<void>;
  /**
   * Posts the digest of the day (or week) to its channel, and to people who asked for it.
   * @param due when it was due: the same moment is the same digest
   * @returns how many readers wait for the end of their quiet hours: ask again then
   */
  digest(length: "day" | "week", due: Date): Promise<{ readonly waiting: number }>;
  /** Asks whoever acknowledged whether they are still on it. @returns false when nobody could be asked */
  askStillWorking(group: AlertGroup, acknowledgement: Acknowledgement, person: Person): Promise<boolean>;
  /** Reminds a silence's owner of its end. @returns false when the owner is not known to Slack */
  remindOfSilence(entry: LedgerEntry, owner: Person): Promise<boolean>;
}

export interface AnnouncerParts extends Pick<BotParts, "store" | "status" | "clock" | "log" | "slack" | "webUrl"> {
  readonly client: webApi.WebClient;
  readonly outbox: Outbox;
  readonly people: People;
  readonly poster: Poster;
  readonly quietUntil: QuietUntil;
}

const DAY = 86_400_000;

export function createAnnouncer(parts: AnnouncerParts): Announcer {
  const { store, clock, slack, outbox, people, poster, webUrl, quietUntil } = parts;
  const channelFor = (purpose: string) => own(slack.channels, purpose) ?? slack.channels["default"] ?? null;
  const followers = createShiftFollowers(parts);

  /** @param reader a channel or a member */
  const post = async (key: string, reader: string, payload: Payload): Promise<void> => {
    const isMember = /^[UW]/.test(reader);
    const channel = isMember ? await outbox.send(reader, PRIORITY.digest, () => people.directChannel(reader)) : reader;
    const place = { key, groupId: key, channel, kind: "digest", priority: PRIORITY.digest } as const;
    await poster.post(place, payload);
  };

  const toPerson = async (key: string, person: Person, payload: Payload): Promise<boolean> => {
    const user = await people.idOf(person);
    if (user !== null) {
      await post(key, user, payload);
    }
    return user !== null;
  };

  return {
    async handoff(handoff) {
      const channel = handoff.duty.channel ?? channelFor("pages");
      if (channel !== null) {
        await post(handoff.key, channel, handoffMessage(handoff, clock()));
      }
    },
    followShift: (duties) => followers(duties, ({ channel }) => channel ?? channelFor("pages"), clock()),
    async digest(length, due) {
      const now = clock();
      const channel = channelFor("digest");
      const members = length === "day" ? await subscribersOf(store) : [];
      const keyOf = (reader: string) => `digest/${length}/${due.toISOString()}/${reader}`;
      const open: string[] = [];
      for (const reader of [...(channel === null ? [] : [channel]), ...members]) {
        if ((await store.messages.of(keyOf(reader))).length === 0) {
          open.push(reader);
        }
      }
      const quiet = await Promise.all(members.map(async (one) => ((await quietUntil(one, now)) === null ? [] : [one])));
      const ready = open.filter((reader) => !quiet.flat().includes(reader));
      if (ready.length > 0) {
        const payload = digestMessage(await gatherDigest(parts, due, length === "day" ? DAY : 7 * DAY), webUrl);
        await settled(ready.map((reader) => post(keyOf(reader), reader, payload)));
      }
      return { waiting: open.length - ready.length };
    },
    askStillWorking(group, acknowledgement, person) {
      const key = `still-working/${group.id}/${acknowledgement.until.toISOString()}`;
      return toPerson(key, person, stillWorkingMessage(group, acknowledgement));
    },
    remindOfSilence({ silenceId, reason, endsAt, hidden }, owner) {
      const key = `silence-ends/${silenceId}/${endsAt.toISOString()}`;
      return toPerson(key, owner, silenceEndsMessage(reason, endsAt, hidden.length));
    },
  };
}

/** Waits for all: one reader's trouble is not the others'. @throws the first failure */
async function settled(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((one) => one.status === "rejected");
  if (failed !== undefined) {
    throw failed.reason;
  }
}
