import type { webApi } from "@slack/bolt";
import { type Clock, steadyTime } from "../alert/clock.ts";
import { own } from "../alert/own.ts";
import { plain } from "./messages/payload.ts";

/** Whether a person may do something, and whom to ask otherwise. */
export type Permission = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

export type Permissions = (action: string, userId: string) => Promise<Permission>;

const GROUP_KEPT_FOR = 300_000;

/**
 * Checks the configured permissions. Members of user groups are asked of Slack and remembered for five minutes; when
 * Slack does not say who is in a group, its members are not let through: a refusal can be asked about, a deed not undone.
 */
export function createPermissions(
  rules: Readonly<Record<string, readonly string[]>>,
  client: webApi.WebClient,
  clock: Clock,
): Permissions {
  const groups = new Map<string, { readonly members: readonly string[]; readonly until: number }>();
  const membersOf = async (group: string): Promise<readonly string[]> => {
    const known = groups.get(group);
    if (known !== undefined && known.until > steadyTime(clock)) {
      return known.members;
    }
    const answer = await client.usergroups.users.list({ usergroup: group });
    const members = answer.users ?? [];
    groups.set(group, { members, until: steadyTime(clock) + GROUP_KEPT_FOR });
    return members;
  };
  return async (action, userId) => {
    const allowed = own(rules, action);
    if (allowed === undefined || allowed.includes(userId)) {
      return { allowed: true };
    }
    for (const group of allowed.filter((id) => id.startsWith("S"))) {
      const members = await membersOf(group).catch((): readonly string[] => []);
      if (members.includes(userId)) {
        return { allowed: true };
      }
    }
    return { allowed: false, reason: `You may not ${plain(action)} here. Ask ${whom(allowed)}.` };
  };
}

function whom(allowed: readonly string[]): string {
  const names = allowed.slice(0, 5).map((id) => (id.startsWith("S") ? `<!subteam^${id}>` : `<@${id}>`));
  return names.length === 0 ? "the people who run cmswatch: nobody may" : names.join(" or ");
}
