import type { Desk } from "../desk.ts";
import type { Payload } from "../messages/payload.ts";
import type { UploadedPicture } from "../messages/status.ts";
import type { Reply } from "./reply.ts";

/** Slack needs a moment until an uploaded picture can stand in a message, and refuses the message until then. */
const RETRY_AFTER = 1000;
const ATTEMPTS = 3;

/**
 * Answers with a picture; gives up on it after a few refusals.
 * @returns false when the answer could only have been sent without the picture, and was not sent
 */
export async function replyWithPicture(
  { sleep, log }: Pick<Desk, "sleep" | "log">,
  reply: Reply,
  payload: Payload,
  options: Parameters<Reply>[1] = {},
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await reply(payload, options);
      return true;
    } catch (error) {
      if (attempt === ATTEMPTS) {
        log.warn({ err: error }, "slack does not take the picture, answering without it");
        return false;
      }
      await sleep(RETRY_AFTER);
    }
  }
}

/** Answers with the picture where Slack takes it, else without. */
export async function replyEitherWay(
  desk: Pick<Desk, "sleep" | "log">,
  reply: Reply,
  build: (picture: UploadedPicture | null) => Payload,
  picture: UploadedPicture | null,
  options: Parameters<Reply>[1] = {},
): Promise<void> {
  if (picture === null || !(await replyWithPicture(desk, reply, build(picture), options))) {
    await reply(build(null), options);
  }
}
