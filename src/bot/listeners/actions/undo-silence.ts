import { z } from "zod";
import { notice } from "../../messages/notice.ts";
import { plain } from "../../messages/payload.ts";
import type { Press } from "./pressed.ts";

const valueSchema = z.object({ silence: z.string(), group: z.string().nullable() });

/** The Undo button under a silence just made. */
export async function undoSilence({ desk, value, actor, reply }: Press): Promise<void> {
  const { silence } = valueSchema.parse(JSON.parse(value));
  const result = await desk.actions.expire(silence, actor);
  if (result.group !== null) {
    await desk.publisher.publish(result.group, { urgent: true });
  }
  await reply(notice(`${result.ok ? ":bell:" : ":information_source:"} ${plain(result.reason)}`), {
    replace: result.ok,
  });
}
