import { notice } from "../../messages/notice.ts";
import { plain } from "../../messages/payload.ts";
import { type GroupPress, showResult } from "./group-action.ts";

/** "Yes, still on it": the acknowledgement begins again. */
export async function renew({ desk, groupId, actor, reply }: GroupPress): Promise<void> {
  const result = await desk.actions.renew(groupId, actor);
  await showResult(desk, result, reply);
  if (result.ok) {
    await reply(notice(`:raised_hand: ${plain(result.reason)}`), { replace: true });
  }
}
