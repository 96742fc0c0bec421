import { viewOf } from "./group-view.ts";
import { groupMessage } from "./messages/group.ts";
import { PRIORITY, platformCode } from "./outbox.ts";
import type { PageRequest, PageResult } from "./parts.ts";
import type { PublisherParts } from "./publisher.ts";

/** Sends a page as a direct message: the group with its buttons, and why this person gets it. */
export async function sendPage(request: PageRequest, parts: PublisherParts): Promise<PageResult> {
  const { person, group, step, reason } = request;
  const { people, outbox, client, poster, store, webUrl, clock, log } = parts;
  const user = await people.idOf(person).catch(() => null);
  if (user === null) {
    return { delivered: false, reason: `${person.name} has neither a Slack id nor a mail address that Slack knows` };
  }
  try {
    const opened = await outbox.send(user, PRIORITY.page, () => client.conversations.open({ users: user }));
    const channel = opened.channel?.id ?? user;
    const view = { ...(await viewOf(group, store, webUrl, clock())), pageReason: reason };
    const posting = { key: `page/${group.id}/${user}/${step}`, groupId: group.id, channel, kind: "page" } as const;
    const sent = await poster.post({ ...posting, priority: PRIORITY.page }, groupMessage(view));
    return sent === null
      ? { delivered: false, reason: "another replica is sending this page" }
      : { delivered: true, channel: sent.channel, ts: sent.ts };
  } catch (error) {
    log.error({ err: error, person: person.name, group: group.id }, "page could not be sent");
    return { delivered: false, reason: `Slack did not take it: ${platformCode(error) ?? (error as Error).message}` };
  }
}
