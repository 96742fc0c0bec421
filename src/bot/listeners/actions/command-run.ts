import type { BlockAction, ButtonAction, SlackActionMiddlewareArgs } from "@slack/bolt";
import type { Desk } from "../../desk.ts";
import { dispatch } from "../commands/anomaly.ts";
import { guarded, replyBy } from "../reply.ts";

/** "Yes, do that" under a mistyped command. */
export function commandRun(desk: Desk) {
  return async ({
    ack,
    action,
    body,
    respond,
  }: SlackActionMiddlewareArgs<BlockAction<ButtonAction>>): Promise<void> => {
    await ack();
    const reply = replyBy(respond);
    await guarded(desk, "The command", reply, async () => {
      const actor = await desk.people.actor(body.user.id);
      const where = { userId: body.user.id, channel: body.channel?.id ?? body.user.id, triggerId: body.trigger_id };
      await dispatch(action.value ?? "", { desk, actor, ...where, reply });
    });
  };
}
