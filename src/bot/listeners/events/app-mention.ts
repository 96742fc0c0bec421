import type { SlackEventMiddlewareArgs } from "@slack/bolt";
import type { Desk } from "../../desk.ts";
import { dispatch } from "../commands/anomaly.ts";
import { guarded, type Reply } from "../reply.ts";

/** `@cmswatch status dbs` does what `/anomaly status dbs` does, answered in the thread. */
export function appMention(desk: Desk) {
  return async ({ event }: SlackEventMiddlewareArgs<"app_mention">): Promise<void> => {
    const user = event.user;
    if (user === undefined) {
      return;
    }
    const reply: Reply = async (payload) => {
      await desk.client.chat.postMessage({
        channel: event.channel,
        thread_ts: event.thread_ts ?? event.ts,
        ...payload,
      });
    };
    await guarded(desk, "The question", reply, async () => {
      const text = event.text.replaceAll(/<@[UW][A-Z0-9]+(?:\|[^>]*)?>/g, " ");
      const actor = await desk.people.actor(user);
      await dispatch(text, { desk, actor, userId: user, channel: event.channel, triggerId: "", reply });
    });
  };
}
