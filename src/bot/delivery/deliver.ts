import type { Deliver, OncallMessage } from "../../oncall/pages.ts";
import { escalationMessage } from "../messages/escalation.ts";
import type { PageRequest, PageResult, SlackSettings } from "../parts.ts";
import { PRIORITY } from "./outbox.ts";
import type { Poster } from "./poster.ts";

export interface DeliverParts {
  readonly poster: Poster;
  readonly slack: SlackSettings;
  readonly page: (request: PageRequest) => Promise<PageResult>;
}

/** Thrown when a message of routing did not reach anybody; routing tries again. */
export class NotDelivered extends Error {
  override readonly name = "NotDelivered";
}

/**
 * Brings messages of routing to people: pages as direct messages, the rest to the channel that routing names, else to the
 * one for pages. The same key is sent once, over restarts and replicas.
 */
export function createDeliver({ poster, slack, page }: DeliverParts): Deliver {
  const toChannel = async (message: Exclude<OncallMessage, { kind: "page" }>): Promise<void> => {
    const channel = message.channel ?? slack.channels["pages"] ?? slack.channels["default"];
    if (channel === undefined) {
      throw new NotDelivered("there is no channel to tell: set slack.channels.default");
    }
    const key = `oncall/${message.key}`;
    const posting = { key, groupId: key, channel, kind: "summary", priority: PRIORITY.alert } as const;
    await poster.post(posting, escalationMessage(message));
  };
  return async (message) => {
    if (message.kind !== "page") {
      await toChannel(message);
      return;
    }
    const { key, person, group, step, reason } = message;
    const result = await page({ key, person, group, step, reason });
    if (!result.delivered) {
      throw new NotDelivered(`${person.name} could not be paged: ${result.reason}`);
    }
  };
}
