import type { BlockAction, ButtonAction, SlackActionMiddlewareArgs } from "@slack/bolt";
import { z } from "zod";
import type { Desk } from "../../desk.ts";
import { notice } from "../../messages/notice.ts";
import { plain } from "../../messages/payload.ts";
import { guarded, permitted, replyBy } from "../reply.ts";

const valueSchema = z.object({ silence: z.string(), group: z.string().nullable() });

/** The Undo button under a silence just made. */
export function undoSilence(desk: Desk) {
  return async ({
    ack,
    action,
    body,
    respond,
  }: SlackActionMiddlewareArgs<BlockAction<ButtonAction>>): Promise<void> => {
    await ack();
    const reply = replyBy(respond);
    await guarded(desk, "Undo of the silence", reply, async () => {
      if (!(await permitted(desk, "silence", body.user.id, reply))) {
        return;
      }
      const { silence } = valueSchema.parse(JSON.parse(action.value ?? "{}"));
      const result = await desk.actions.expire(silence, await desk.people.actor(body.user.id));
      if (result.group !== null) {
        await desk.publisher.publish(result.group, { urgent: true });
      }
      await reply(notice(`${result.ok ? ":bell:" : ":information_source:"} ${plain(result.reason)}`), {
        replace: result.ok,
      });
    });
  };
}
