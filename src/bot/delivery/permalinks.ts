import type { webApi } from "@slack/bolt";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";

/** Address of a message, for those who do not see its channel; null when Slack does not tell. */
export type Permalinks = (message: { readonly channel: string; readonly ts: string }) => Promise<string | null>;

const MOST_KEPT = 2000;

/** Asks Slack for each message once. Without its link a message is worth sending all the same: nothing is thrown. */
export function createPermalinks(client: webApi.WebClient, log: Logger): Permalinks {
  const known = new LRUCache<string, string>({ max: MOST_KEPT });
  return async ({ channel, ts }) => {
    const place = `${channel}/${ts}`;
    const link = known.get(place);
    if (link !== undefined) {
      return link;
    }
    try {
      const { permalink } = await client.chat.getPermalink({ channel, message_ts: ts });
      if (permalink !== undefined) {
        known.set(place, permalink);
      }
      return permalink ?? null;
    } catch (error) {
      log.debug({ err: error, channel }, "no link to the message");
      return null;
    }
  };
}
