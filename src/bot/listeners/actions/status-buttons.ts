import { unknownServiceNotice } from "../../messages/notice.ts";
import { context, plain } from "../../messages/payload.ts";
import { statusMessage, type UploadedPicture } from "../../messages/status.ts";
import { pictureOf, status } from "../commands/status.ts";
import { replyEitherWay } from "../reply-with-picture.ts";
import type { Press } from "./pressed.ts";

/** "Show to everybody" under a status. */
export async function shareStatus({ desk, value, actor, userId, reply }: Press): Promise<void> {
  const now = desk.clock();
  const found = await desk.status.service(value, now);
  if (!found.known) {
    await reply(unknownServiceNotice(found.name, found.suggestions));
    return;
  }
  const build = (picture: UploadedPicture | null) => {
    const message = statusMessage(found, now, picture);
    return { ...message, blocks: [...message.blocks, context(`Asked by ${plain(actor.person.name)}`)] };
  };
  await replyEitherWay(desk, reply, build, await pictureOf(desk, found, userId), { inChannel: true });
}

/** "Refresh" under a status. */
export async function refreshStatus({ value, userId, channel, reply, ...press }: Press): Promise<void> {
  await status({
    ...press,
    words: [value],
    userId,
    channel: channel ?? userId,
    reply: (payload) => reply(payload, { replace: true }),
  });
}
