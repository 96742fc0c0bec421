import { createHash } from "node:crypto";
import type { webApi } from "@slack/bolt";
import type { Clock } from "../../alert/clock.ts";
import type { SlackMessage, Store } from "../../store/store.ts";
import type { Payload } from "../messages/payload.ts";
import { type Outbox, platformCode } from "./outbox.ts";

/** What a message is for: its place in the store, and the mark by which it is found in Slack itself. */
export interface Posting {
  readonly key: string;
  readonly groupId: string;
  readonly channel: string;
  readonly kind: SlackMessage["kind"];
  /** Member whom it mentions, so that edits keep that. */
  readonly mention?: string | null;
  readonly priority: number;
  /** Message to whose thread it belongs. */
  readonly threadTs?: string;
  /** A message that is gone and is posted again. */
  readonly replaces?: string;
}

/** Puts messages into Slack once, and edits them. */
export interface Poster {
  /** @returns where it is, or null when another replica is about to post it */
  post(posting: Posting, payload: Payload): Promise<SlackMessage | null>;
  /** Sends nothing when it would change nothing. @returns false when the message is no longer there */
  edit(message: SlackMessage, payload: Payload, priority: number): Promise<boolean>;
}

/** A turn to post is taken for this time and the next: whoever died in it is followed by another after 20 to 40 seconds. */
const TERM = 20_000;
const MOST_HELD = 10_000;
const MOST_SHOWN = 10_000;
const MARK = "cmswatch_message";
const GONE = ["message_not_found", "channel_not_found", "cant_update_message", "is_archived", "edit_window_closed"];

export function createPoster(
  client: webApi.WebClient,
  outbox: Outbox,
  store: Pick<Store, "messages">,
  clock: Clock,
): Poster {
  /** Messages this process has sent or edited: a message of before the restart may be gone, so its first edit is always sent. */
  const shown = new Set<string>();
  const noteShown = (place: string) => {
    if (shown.size >= MOST_SHOWN) {
      shown.clear();
    }
    shown.add(place);
  };
  /** Looks the message up by its mark: after a lost answer, or when a replica died between posting and remembering. */
  const findPosted = async ({ key, channel, threadTs }: Posting): Promise<Sent | null> => {
    if (!/^[CGD]/.test(channel)) {
      return null;
    }
    const query = { channel, include_all_metadata: true, limit: 50 };
    const { messages = [] } = await (threadTs === undefined
      ? client.conversations.history(query)
      : client.conversations.replies({ ...query, ts: threadTs }));
    const found = messages.find((one) => (one.metadata?.event_payload as { key?: string } | undefined)?.key === key);
    return found?.ts === undefined ? null : { channel, ts: found.ts };
  };

  const send = async (posting: Posting, payload: Payload): Promise<Sent> => {
    const answer = await client.chat.postMessage({
      channel: posting.channel,
      ...payload,
      unfurl_links: false,
      unfurl_media: false,
      metadata: { event_type: MARK, event_payload: { key: posting.key } },
      ...(posting.threadTs === undefined ? {} : { thread_ts: posting.threadTs }),
    });
    return { channel: answer.channel ?? posting.channel, ts: answer.ts ?? "" };
  };

  const save = async (posting: Posting, payload: Payload, sent: Sent): Promise<SlackMessage> => {
    const { groupId, kind, key, mention = null } = posting;
    const message: SlackMessage = { groupId, ...sent, kind, key, mention, hash: hashOf(payload), updatedAt: clock() };
    await store.messages.save(message);
    noteShown(`${sent.channel}/${sent.ts}`);
    return message;
  };

  /** Keys whose turn this process has taken, also those that failed: it may try again at once. */
  const held = new Set<string>();
  const posting = new Map<string, Promise<SlackMessage | null>>();
  /** Who may post: `first` the first ever, `successor` one that comes after a turn that led to no message, else nobody. */
  const claimTurn = async (key: string): Promise<"first" | "successor" | null> => {
    if (held.has(key)) {
      return "successor";
    }
    const now = clock();
    const term = Math.floor(now.getTime() / TERM);
    for (const one of [term - 1, term]) {
      if (!(await store.messages.claim(`post/${key}/${one}`, now))) {
        return null;
      }
    }
    if (held.size >= MOST_HELD) {
      held.clear();
    }
    held.add(key);
    return (await store.messages.claim(`post/${key}`, now)) ? "first" : "successor";
  };

  const postOnce = (wanted: Posting, payload: Payload): Promise<SlackMessage | null> => {
    const call = async () => {
      const already = (await store.messages.of(wanted.groupId)).find((one) => isSame(one, wanted)) ?? null;
      if (already !== null) {
        return already;
      }
      const turn = await claimTurn(wanted.key);
      if (turn === null) {
        return null;
      }
      const found = turn === "successor" ? await findPosted(wanted) : null;
      return save(wanted, payload, found ?? (await send(wanted, payload)));
    };
    const confirm = async () => {
      const found = await findPosted(wanted);
      return found === null ? null : save(wanted, payload, found);
    };
    return outbox.send(wanted.channel, wanted.priority, call, confirm);
  };

  return {
    post(wanted, payload) {
      const place = `${wanted.channel} ${wanted.key}`;
      const running = posting.get(place);
      if (running !== undefined) {
        return running;
      }
      const run = postOnce(wanted, payload).finally(() => posting.delete(place));
      posting.set(place, run);
      return run;
    },
    async edit(message, payload, priority) {
      const place = `${message.channel}/${message.ts}`;
      if (hashOf(payload) === message.hash && shown.has(place)) {
        return true;
      }
      try {
        await outbox.send(message.channel, priority, async () => {
          await client.chat.update({ channel: message.channel, ts: message.ts, ...payload });
        });
      } catch (error) {
        if (GONE.includes(platformCode(error) ?? "")) {
          return false;
        }
        throw error;
      }
      noteShown(place);
      await store.messages.save({ ...message, hash: hashOf(payload), updatedAt: clock() });
      return true;
    },
  };
}

interface Sent {
  readonly channel: string;
  readonly ts: string;
}

/** A group has one message in a channel, but as many pages as are due: those are told apart by their keys. */
function isSame(message: SlackMessage, posting: Posting): boolean {
  if (posting.kind === "page") {
    return message.kind === "page" && message.channel === posting.channel && message.key === posting.key;
  }
  return message.kind === posting.kind && message.channel === posting.channel && message.ts !== posting.replaces;
}

/** Digest of what a message shows. */
export function hashOf(payload: Payload): string {
  return createHash("sha256").update(JSON.stringify(payload)).digest("hex").slice(0, 32);
}
