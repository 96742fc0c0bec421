import { createHash } from "node:crypto";
import type { webApi } from "@slack/bolt";
import type { Clock } from "../alert/clock.ts";
import type { SlackMessage, Store } from "../store/store.ts";
import type { Payload } from "./messages/payload.ts";
import { type Outbox, platformCode } from "./outbox.ts";

/** What a message is for: its place in the store, and the mark by which it is found in Slack itself. */
export interface Posting {
  readonly key: string;
  readonly groupId: string;
  readonly channel: string;
  readonly kind: SlackMessage["kind"];
  readonly priority: number;
  /** Message to whose thread it belongs. */
  readonly threadTs?: string;
  /** A message that is gone and is posted anew. */
  readonly replaces?: string;
}

/** Puts messages into Slack once, and edits them. */
export interface Poster {
  /** @returns where it is, or null when another replica is about to post it */
  post(posting: Posting, payload: Payload): Promise<SlackMessage | null>;
  /** Sends nothing when it would change nothing. @returns false when the message is no longer there */
  edit(message: SlackMessage, payload: Payload, priority: number): Promise<boolean>;
}

const CLAIM_FOR = 60_000;
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
    const { groupId, kind } = posting;
    const message: SlackMessage = { groupId, ...sent, kind, hash: hashOf(payload), updatedAt: clock() };
    await store.messages.save(message);
    noteShown(`${sent.channel}/${sent.ts}`);
    return message;
  };

  /** Who may post: `first` the first ever, `heir` one that comes after a claim that led to no message, else nobody. */
  const claimTurn = async (key: string): Promise<"first" | "heir" | null> => {
    const now = clock();
    if (await store.messages.claim(`post/${key}`, now)) {
      return "first";
    }
    const term = Math.floor(now.getTime() / CLAIM_FOR);
    return (await store.messages.claim(`post/${key}/${term}`, now)) ? "heir" : null;
  };

  return {
    post(posting, payload) {
      let mine = false;
      const call = async () => {
        const already = (await store.messages.of(posting.groupId)).find((one) => isSame(one, posting)) ?? null;
        if (already !== null && posting.kind !== "page") {
          return already;
        }
        const turn = mine ? "first" : await claimTurn(posting.key);
        if (turn === null) {
          return already;
        }
        mine = true;
        const found = turn === "heir" ? await findPosted(posting) : null;
        return save(posting, payload, found ?? (await send(posting, payload)));
      };
      const confirm = async () => {
        const found = await findPosted(posting);
        return found === null ? null : save(posting, payload, found);
      };
      return outbox.send(posting.channel, posting.priority, call, confirm);
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

function isSame(message: SlackMessage, posting: Posting): boolean {
  return message.kind === posting.kind && message.channel === posting.channel && message.ts !== posting.replaces;
}

/** Digest of what a message shows. */
export function hashOf(payload: Payload): string {
  return createHash("sha256").update(JSON.stringify(payload)).digest("hex").slice(0, 32);
}
