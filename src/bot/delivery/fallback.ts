import { notice } from "../messages/notice.ts";
import { platformCode } from "./outbox.ts";
import type { PublisherParts } from "./publisher.ts";

/** Refusals of a channel after which the default channel is tried. */
const NO_CHANNEL = ["channel_not_found", "is_archived", "not_in_channel", "restricted_action"];

/** Posts to a channel, or where that cannot be, to the default channel. */
export type PostWithFallback = <T>(channel: string, post: (channel: string) => Promise<T>) => Promise<T>;

/** A public channel is joined; what cannot be written to is replaced by the default channel, which is told so. */
export function createFallback({ client, store, slack, clock, log }: PublisherParts): PostWithFallback {
  const postWithFallback = async <T>(channel: string, post: (channel: string) => Promise<T>): Promise<T> => {
    try {
      return await post(channel);
    } catch (error) {
      const code = platformCode(error) ?? "";
      if (!NO_CHANNEL.includes(code)) {
        throw error;
      }
      const fallback = slack.channels["default"];
      if (code === "not_in_channel" && (await joined(channel))) {
        return post(channel);
      }
      if (fallback === undefined || fallback === channel) {
        throw error;
      }
      log.warn({ channel, code, fallback }, "channel cannot be written to, using the default channel");
      const posted = await post(fallback);
      await inviteMe(channel, fallback);
      return posted;
    }
  };

  /** Says once a day where the alerts of a channel without the bot go, and what to do. */
  const inviteMe = async (missing: string, told: string): Promise<void> => {
    const day = clock().toISOString().slice(0, 10);
    if (await store.messages.claim(`invite/${missing}/${day}`, clock())) {
      const text = `:wave: Alerts for <#${missing}> come here, because I cannot write there: invite me with \`/invite @cmswatch\`, or fix \`slack.channels\`.`;
      await client.chat.postMessage({ channel: told, ...notice(text) });
    }
  };

  const joined = async (channel: string): Promise<boolean> => {
    try {
      await client.conversations.join({ channel });
      return true;
    } catch {
      return false;
    }
  };

  return postWithFallback;
}
