import type { BlockAction, ButtonAction, SlackActionMiddlewareArgs } from "@slack/bolt";
import type { Desk } from "../../desk.ts";
import { unknownServiceNotice } from "../../messages/notice.ts";
import { context, plain } from "../../messages/payload.ts";
import { statusMessage, type UploadedPicture } from "../../messages/status.ts";
import { pictureOf, status } from "../commands/status.ts";
import { guarded, replyBy } from "../reply.ts";
import { replyEitherWay } from "../reply-with-picture.ts";

type Press = SlackActionMiddlewareArgs<BlockAction<ButtonAction>>;

/** "Show to everybody" under a status. */
export function shareStatus(desk: Desk) {
  return async ({ ack, action, body, respond }: Press): Promise<void> => {
    await ack();
    const reply = replyBy(respond);
    await guarded(desk, "Showing the status", reply, async () => {
      const now = desk.clock();
      const found = await desk.status.service(action.value ?? "", now);
      if (!found.known) {
        await reply(unknownServiceNotice(found.name, found.suggestions));
        return;
      }
      const { person } = await desk.people.actor(body.user.id);
      const build = (picture: UploadedPicture | null) => {
        const message = statusMessage(found, now, picture);
        return { ...message, blocks: [...message.blocks, context(`Asked by ${plain(person.name)}`)] };
      };
      await replyEitherWay(desk, reply, build, await pictureOf(desk, found, body.user.id), { inChannel: true });
    });
  };
}

/** "Refresh" under a status. */
export function refreshStatus(desk: Desk) {
  return async ({ ack, action, body, respond }: Press): Promise<void> => {
    await ack();
    const answer = replyBy(respond);
    await guarded(desk, "Refreshing", answer, async () => {
      await status({
        desk,
        words: [action.value ?? ""],
        actor: await desk.people.actor(body.user.id),
        userId: body.user.id,
        channel: body.channel?.id ?? body.user.id,
        triggerId: body.trigger_id,
        reply: (payload) => answer(payload, { replace: true }),
      });
    });
  };
}
