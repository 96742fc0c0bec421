import type { webApi } from "@slack/bolt";
import type { Person } from "../alert/group.ts";
import type { Actor } from "../intelligence/actions-types.ts";

/** Slack's members as persons of ours, and back. */
export interface People {
  /** The member, by the name people know; the id itself when Slack does not tell. */
  actor(userId: string): Promise<Actor>;
  /** The member id of a person: what the roster says, else found by mail address; null when neither helps. */
  idOf(person: Person): Promise<string | null>;
}

const MAX_REMEMBERED = 2000;

export function createPeople(client: webApi.WebClient): People {
  const names = new Map<string, Person>();
  const ids = new Map<string, string>();
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
        remember(names, userId, person);
        return { person, via: "slack" };
      } catch {
        // Who it was is known by the id: the deed must not fail for want of a nicer name.
        return { person: { name: userId, slackId: userId }, via: "slack" };
      }
    },
    async idOf(person) {
      const { slackId, email } = person;
      if (slackId !== undefined || email === undefined) {
        return slackId ?? null;
      }
      const known = ids.get(email);
      if (known !== undefined) {
        return known;
      }
      const { user } = await client.users.lookupByEmail({ email });
      if (user?.id !== undefined) {
        remember(ids, email, user.id);
      }
      return user?.id ?? null;
    },
  };
}

function remember<T>(cache: Map<string, T>, key: string, value: T): void {
  if (cache.size >= MAX_REMEMBERED) {
    cache.clear();
  }
  cache.set(key, value);
}
