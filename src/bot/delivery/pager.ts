import { viewOf } from "../group-view.ts";
import { pagedNote } from "../messages/escalation.ts";
import { pageMessage } from "../messages/group.ts";
import type { PageRequest, PageResult } from "../parts.ts";
import { settingsOf } from "../settings.ts";
import { newestMain } from "./main-message.ts";
import { PRIORITY, platformCode } from "./outbox.ts";
import type { PublisherParts } from "./publisher.ts";

const MAX_REMEMBERED = 5000;

/**
 * Sends pages, each as a new message: an edit notifies nobody. Asked again for the same page, it answers what it answered,
 * without asking Slack: whoever routes may ask at every turn.
 */
export function createPager(parts: PublisherParts): (request: PageRequest) => Promise<PageResult> {
  const sent = new Map<string, Promise<PageResult>>();
  return async (request) => {
    const key = JSON.stringify([request.key, request.person.name]);
    const known = sent.get(key);
    if (known !== undefined) {
      return known;
    }
    if (sent.size >= MAX_REMEMBERED) {
      sent.clear();
    }
    const sending = sendPage(request, parts);
    sent.set(key, sending);
    const result = await sending;
    if (!result.delivered) {
      sent.delete(key);
    }
    return result;
  };
}

/** The group with its buttons, and why this person gets it. */
async function sendPage(request: PageRequest, parts: PublisherParts): Promise<PageResult> {
  const { key, person, group, reason } = request;
  const { people, outbox, poster, store, webUrl, clock, log } = parts;
  const user = await people.idOf(person).catch(() => null);
  if (user === null) {
    return { delivered: false, reason: `${person.name} has neither a Slack id nor a mail address that Slack knows` };
  }
  try {
    const shared = (await settingsOf(store, user)).pagesTo === "channel" ? pagesChannel(parts) : null;
    const channel = shared ?? (await outbox.send(user, PRIORITY.page, () => people.directChannel(user)));
    const main = newestMain(await store.messages.of(group.id));
    const permalink = main === undefined ? null : await parts.permalinks(main);
    const view = { ...(await viewOf(group, store, webUrl, clock())), pageReason: reason, permalink };
    const mention = shared === null ? null : user;
    const posting = { key: `page/${key}/${user}`, groupId: group.id, channel, kind: "page", mention } as const;
    const sent = await poster.post({ ...posting, priority: PRIORITY.page }, pageMessage(view, mention));
    if (sent !== null) {
      await noteInThread(request, user, parts);
    }
    return sent === null
      ? { delivered: false, reason: "another replica is sending this page" }
      : { delivered: true, channel: sent.channel, ts: sent.ts };
  } catch (error) {
    log.error({ err: error, person: person.name, group: group.id }, "page could not be sent");
    return { delivered: false, reason: `Slack did not take it: ${platformCode(error) ?? (error as Error).message}` };
  }
}

function pagesChannel({ slack }: PublisherParts): string | null {
  return slack.channels["pages"] ?? slack.channels["default"] ?? null;
}

/** The alert's thread tells everybody who was paged. A page that arrived stays delivered whether or not this works. */
async function noteInThread(
  { key: page, person, group, reason }: PageRequest,
  user: string,
  parts: PublisherParts,
): Promise<void> {
  try {
    const main = newestMain(await parts.store.messages.of(group.id));
    if (main !== undefined) {
      const key = `paged/${page}/${user}`;
      const posting = { key, groupId: key, channel: main.channel, threadTs: main.ts, kind: "summary" } as const;
      await parts.poster.post({ ...posting, priority: PRIORITY.digest }, pagedNote(person.name, reason));
    }
  } catch (error) {
    parts.log.warn({ err: error, group: group.id }, "page could not be noted in the thread");
  }
}
