import { notice } from "../../messages/notice.ts";
import { explanation } from "../explanation.ts";
import type { GroupPress } from "./group-action.ts";

/** The Explain button. */
export async function explain({ desk, groupId, reply }: GroupPress): Promise<void> {
  const group = await desk.status.group(groupId);
  await reply(
    group === null
      ? notice(":information_source: This alert is too old: nothing is kept about it any more.")
      : await explanation(desk, group),
  );
}
