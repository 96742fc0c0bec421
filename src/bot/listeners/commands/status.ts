import type { ServiceStatus } from "../../../status/status-types.ts";
import type { Desk } from "../../desk.ts";
import { unknownServiceNotice } from "../../messages/notice.ts";
import { overviewMessage } from "../../messages/overview.ts";
import type { Payload } from "../../messages/payload.ts";
import { shareButton, statusMessage, type UploadedPicture } from "../../messages/status.ts";
import { settingsOf } from "../../settings.ts";
import { replyWithPicture } from "../reply-with-picture.ts";
import type { Subcommand } from "./subcommand.ts";

/** `/anomaly status [service]`: the words at once, the picture as soon as it is drawn. */
export const status: Subcommand = async ({ desk, words, userId, reply }) => {
  const name = words[0];
  const now = desk.clock();
  if (name === undefined) {
    await reply(overviewMessage(await desk.status.overview(now), now));
    return;
  }
  const found = await desk.status.service(name, now);
  if (!found.known) {
    await reply(unknownServiceNotice(name, found.suggestions));
    return;
  }
  await reply(answer(found, now, null));
  const picture = await pictureOf(desk, found, userId);
  if (picture !== null) {
    await replyWithPicture(desk, reply, answer(found, now, picture), { replace: true });
  }
};

/** The same answer with a button that shows it to everybody. */
function answer(found: ServiceStatus, now: Date, picture: UploadedPicture | null): Payload {
  const message = statusMessage(found, now, picture);
  return { ...message, blocks: [...message.blocks, shareButton(found.service)] };
}

/** The worst metric's picture as this person likes it; null when there is none to be had. */
export async function pictureOf(
  desk: Desk,
  { series }: ServiceStatus,
  userId: string,
): Promise<UploadedPicture | null> {
  if (series.kind === "missing" || series.value === null) {
    return null;
  }
  const { pictures } = await settingsOf(desk.store, userId);
  return desk.pictures.of(series.value, pictures === "dark");
}
