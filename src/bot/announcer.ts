import type { webApi } from "@slack/bolt";
import type { AlertGroup, Person } from "../alert/group.ts";
import type { Acknowledgement, LedgerEntry } from "../store/store.ts";
import { gatherDigest } from "./digest.ts";
import { digestMessage } from "./messages/digest.ts";
import type { Payload } from "./messages/payload.ts";
import { type Handoff, handoffMessage, shiftTopic } from "./messages/shift.ts";
import { silenceEndsMessage, stillWorkingMessage } from "./messages/still-working.ts";
import { type Outbox, PRIORITY } from "./outbox.ts";
import type { BotParts } from "./parts.ts";
import type { People } from "./people.ts";
import { subscribersOf } from "./settings.ts";

/** Messages that come by the clock. Each is sent once, however many replicas ask for it. */
export interface Announcer {
  /** Posts a change of shift; the user group and the channel's topic follow. */
  handoff(handoff: Handoff): Promise<void>;
  /** Posts the digest of the day (or week) to its channel, and to people who subscribed. */
  digest(length?: "day" | "week"): Promise<void>;
  /** Asks whoever acknowledged whether they are still on it. */
  askStillWorking(group: AlertGroup, acknowledgement: Acknowledgement, person: Person): Promise<void>;
  /** Reminds a silence's owner of its end. */
  remindOfSilence(entry: LedgerEntry, owner: Person): Promise<void>;
}

export interface AnnouncerParts extends Pick<BotParts, "store" | "status" | "clock" | "log" | "slack" | "webUrl"> {
  readonly client: webApi.WebClient;
  readonly outbox: Outbox;
  readonly people: People;
}

const DAY = 86_400_000;

export function createAnnouncer(parts: AnnouncerParts): Announcer {
  const { store, clock, log, slack, client, outbox, people, webUrl } = parts;
  const channelFor = (purpose: string) => slack.channels[purpose] ?? slack.channels["default"];
  const once = (key: string) => store.messages.claim(`announce/${key}`, clock());

  const post = async (channel: string, payload: Payload): Promise<void> => {
    await outbox.send(channel, PRIORITY.digest, async () => {
      await client.chat.postMessage({ channel, ...payload, unfurl_links: false });
    });
  };

  /** What only decorates a handoff must not keep it from being told. */
  const tryTo = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      log.warn({ err: error, what }, "part of the change of shift failed");
    }
  };

  const toPerson = async (person: Person, payload: Payload): Promise<void> => {
    const user = await people.idOf(person);
    if (user === null) {
      log.warn({ person: person.name }, "person has no Slack id, not told");
      return;
    }
    await post(user, payload);
  };

  return {
    async handoff(handoff) {
      const channel = channelFor("pages");
      if (channel === undefined || !(await once(`handoff/${handoff.roster}/${handoff.at.toISOString()}`))) {
        return;
      }
      await post(channel, handoffMessage(handoff, clock()));
      await tryTo("topic", () => client.conversations.setTopic({ channel, topic: shiftTopic(handoff) }));
      const { coming, userGroup } = handoff;
      if (userGroup !== undefined && coming !== null) {
        await tryTo("user group", async () => {
          const users = await people.idOf(coming);
          return users === null ? null : client.usergroups.users.update({ usergroup: userGroup, users });
        });
      }
    },
    async digest(length = "day") {
      const now = clock();
      if (!(await once(`digest/${length}/${now.toISOString().slice(0, 10)}`))) {
        return;
      }
      const payload = digestMessage(await gatherDigest(parts, now, length === "day" ? DAY : 7 * DAY), webUrl);
      const channel = channelFor("digest");
      const readers = length === "day" ? await subscribersOf(store) : [];
      await Promise.all(
        [...(channel === undefined ? [] : [channel]), ...readers].map((reader) => post(reader, payload)),
      );
    },
    async askStillWorking(group, acknowledgement, person) {
      if (await once(`still-working/${group.id}/${acknowledgement.until.toISOString()}`)) {
        await toPerson(person, stillWorkingMessage(group, acknowledgement));
      }
    },
    async remindOfSilence({ silenceId, reason, endsAt, hidden }, owner) {
      if (await once(`silence-ends/${silenceId}/${endsAt.toISOString()}`)) {
        await toPerson(owner, silenceEndsMessage(reason, endsAt, hidden.length));
      }
    },
  };
}
