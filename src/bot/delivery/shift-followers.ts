import type { webApi } from "@slack/bolt";
import type { Logger } from "pino";
import { own, putOwn } from "../../alert/own.ts";
import type { RosterDuty } from "../../oncall/handoff.ts";
import type { Store } from "../../store/store.ts";
import { shiftTopic } from "../messages/shift.ts";
import type { SlackSettings } from "../parts.ts";
import type { People } from "../people.ts";

const FOLLOWED = "bot/followed-shift";
const AGAIN_AFTER = 600_000;

/** What topics and user groups were set to, as JSON in the store: only what differs is asked of Slack. */
type Followed = Readonly<Record<string, string>>;

export interface FollowerParts {
  readonly client: webApi.WebClient;
  readonly people: People;
  readonly slack: Pick<SlackSettings, "userGroups" | "setTopic">;
  readonly store: Pick<Store, "states">;
  readonly log: Logger;
}

/**
 * Lets channel topics and user groups follow who is on call. What fails is logged and tried again ten minutes later; a topic
 * that people write over it stays until the next change of shift.
 * @returns to be called with who is on call now; asks Slack nothing where nothing has changed
 */
export function createShiftFollowers(
  parts: FollowerParts,
): (duties: readonly RosterDuty[], channelOf: (duty: RosterDuty) => string | null, now: Date) => Promise<void> {
  const { store, log } = parts;
  const notBefore = new Map<string, number>();
  return async (duties, channelOf, now) => {
    const known = (await store.states.get<Followed>(FOLLOWED)) ?? {};
    const wanted = [...topics(parts, duties, channelOf), ...(await userGroups(parts, duties))];
    const set: Record<string, string> = {};
    for (const { key, value, apply } of wanted) {
      if (own(known, key) === value || (notBefore.get(key) ?? 0) > now.getTime()) {
        continue;
      }
      try {
        await apply();
        putOwn(set, key, value);
      } catch (error) {
        notBefore.set(key, now.getTime() + AGAIN_AFTER);
        log.warn({ err: error, what: key }, "change of shift could not be shown there, trying again later");
      }
    }
    if (Object.keys(set).length > 0) {
      await store.states.put(FOLLOWED, { ...known, ...set });
    }
  };
}

interface Follower {
  readonly key: string;
  readonly value: string;
  readonly apply: () => Promise<unknown>;
}

function topics(
  { client, slack }: FollowerParts,
  duties: readonly RosterDuty[],
  channelOf: (duty: RosterDuty) => string | null,
): readonly Follower[] {
  const byChannel = new Map<string, RosterDuty[]>();
  for (const duty of slack.setTopic === false ? [] : duties) {
    const channel = channelOf(duty);
    if (channel !== null) {
      byChannel.set(channel, [...(byChannel.get(channel) ?? []), duty]);
    }
  }
  return [...byChannel].map(([channel, own]) => {
    const topic = shiftTopic(own);
    return { key: `topic/${channel}`, value: topic, apply: () => client.conversations.setTopic({ channel, topic }) };
  });
}

/** Slack refuses an empty user group: while nobody is on call, or Slack does not know them, it stays as it was. */
async function userGroups(
  { client, slack, people, log }: FollowerParts,
  duties: readonly RosterDuty[],
): Promise<readonly Follower[]> {
  const members = new Map<string, string[]>();
  for (const [key, usergroup] of Object.entries(slack.userGroups ?? {})) {
    const person = duties.flatMap(({ roles }) => roles).find((role) => role.key === key)?.person ?? null;
    const id = person === null ? null : await people.idOf(person).catch(() => null);
    if (person !== null && id === null) {
      log.debug({ person: person.name, usergroup }, "person on call is not known to slack");
    }
    members.set(usergroup, [...(members.get(usergroup) ?? []), ...(id === null ? [] : [id])]);
  }
  return [...members]
    .filter(([, ids]) => ids.length > 0)
    .map(([usergroup, ids]) => {
      const users = [...new Set(ids)].sort().join(",");
      const apply = () => client.usergroups.users.update({ usergroup, users });
      return { key: `group/${usergroup}`, value: users, apply };
    });
}
