import type { RespondFn } from "@slack/bolt";
import type { Permission } from "../../config/schema.ts";
import type { Desk } from "../desk.ts";
import { failureNotice, notice } from "../messages/notice.ts";
import { context, link, type Payload } from "../messages/payload.ts";

/** Answers a person where they are; `replace` overwrites the answer given before. */
export type Reply = (
  payload: Payload,
  options?: { readonly inChannel?: boolean; readonly replace?: boolean },
) => Promise<void>;

/** Answers through the request's response_url: five times within 30 minutes. */
export function replyBy(respond: RespondFn): Reply {
  return async (payload, { inChannel = false, replace = false } = {}) => {
    await respond({ ...payload, response_type: inChannel ? "in_channel" : "ephemeral", replace_original: replace });
  };
}

/** Where something was asked; null where that is not known. */
export interface Place {
  readonly channel: string | null;
  readonly ts: string | null;
}

/** Tells one person where they asked, or, where they are not in that channel, by direct message with a link to it. */
export async function tell(desk: Desk, user: string, { channel, ts }: Place, payload: Payload): Promise<void> {
  if (channel !== null) {
    try {
      await desk.client.chat.postEphemeral({ channel, user, ...payload });
      return;
    } catch (error) {
      desk.log.debug({ err: error, channel }, "no private message in this channel, sending a direct message");
    }
  }
  const url = channel === null || ts === null ? null : await desk.permalinks({ channel, ts });
  const about = url === null ? [] : [context(`About ${link(url, "this message")}`)];
  const direct = await desk.people.directChannel(user);
  await desk.client.chat.postMessage({ channel: direct, ...payload, blocks: [...payload.blocks, ...about] });
}

/** Runs a handler; a failure is logged under a reference and told to the person who waits. */
export async function guarded(desk: Desk, what: string, reply: Reply, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reference = desk.report(error, what);
    await reply(failureNotice(what, reference)).catch((second: unknown) => {
      desk.log.warn({ err: second, reference }, "the person could not be told of the failure");
    });
  }
}

/** Asks the permissions; a refusal is told and gives false. */
export async function permitted(desk: Desk, action: Permission, user: string, reply: Reply): Promise<boolean> {
  const permission = await desk.permissions(action, user);
  if (!permission.allowed) {
    await desk.store.audit.append({
      at: desk.clock(),
      actor: user,
      via: "slack",
      action: `${action} refused`,
      subject: "",
      details: {},
    });
    await reply(notice(`:no_entry: ${permission.reason}`));
  }
  return permission.allowed;
}
