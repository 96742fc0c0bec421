import type { webApi } from "@slack/bolt";
import { LRUCache } from "lru-cache";
import type { Person } from "../alert/group.ts";
import type { Actor } from "../operations/actions-types.ts";
import type { Store } from "../store/store.ts";

/** Slack's members as persons of ours, and back. */
export interface People {
  /** The member, by the name people know; the id itself when Slack does not tell. */
  actor(userId: string): Promise<Actor>;
  /**
   * The member id of a person: what the roster says, else found by mail address, else whoever of that name has used the bot;
   * null when nothing helps.
   */
  idOf(person: Person): Promise<string | null>;
  /** The time zone a member told Slack, or null. */
  zoneOf(userId: string): Promise<string | null>;
  /** The direct message channel with a member, which is opened. @throws what Slack throws */
  directChannel(userId: string): Promise<string>;
}

const MAX_REMEMBERED = 2000;
const NAMED = "bot/people/";

export function createPeople(client: webApi.WebClient, states: Store["states"]): People {
  const names = new LRUCache<string, Person>({ max: MAX_REMEMBERED });
  const ids = new LRUCache<string, string>({ max: MAX_REMEMBERED });
  const zones = new LRUCache<string, string>({ max: MAX_REMEMBERED });
  const direct = new LRUCache<string, string>({ max: MAX_REMEMBERED });
  const named = new Set<string>();

  /** Alerts and silences name their people: a reminder finds them by it, also after a restart. */
  const noteName = async (name: string, userId: string): Promise<void> => {
    const key = `${NAMED}${name.toLowerCase()}`;
    if (!named.has(key)) {
      await states.put(key, userId);
      named.add(key);
    }
  };

  return {
    async actor(userId) {
      const known = names.get(userId);
      if (known !== undefined) {
        return { person: known, via: "slack" };
      }
      try {
        const { user } = await client.users.info({ user: userId });
        // Rosters and reports name people by their full names.
        const name = user?.real_name || user?.profile?.display_name || user?.name || userId;
        const email = user?.profile?.email;
        const person = { name, slackId: userId, ...(email === undefined ? {} : { email }) };
        names.set(userId, person);
        zones.set(userId, user?.tz ?? "");
        await noteName(name, userId);
        return { person, via: "slack" };
      } catch {
        // Who it was is known by the id: the deed must not fail for want of a nicer name.
        return { person: { name: userId, slackId: userId }, via: "slack" };
      }
    },
    async idOf(person) {
      const { name, slackId, email } = person;
      if (slackId !== undefined || email === undefined) {
        return slackId ?? (await states.get<string>(`${NAMED}${name.toLowerCase()}`));
      }
      const known = ids.get(email);
      if (known !== undefined) {
        return known;
      }
      const { user } = await client.users.lookupByEmail({ email });
      if (user?.id !== undefined) {
        ids.set(email, user.id);
      }
      return user?.id ?? null;
    },
    async zoneOf(userId) {
      const known = zones.get(userId) ?? (await client.users.info({ user: userId })).user?.tz ?? "";
      zones.set(userId, known);
      return known === "" ? null : known;
    },
    async directChannel(userId) {
      const known = direct.get(userId);
      if (known !== undefined) {
        return known;
      }
      const { channel } = await client.conversations.open({ users: userId });
      const opened = channel?.id ?? userId;
      direct.set(userId, opened);
      return opened;
    },
  };
}
