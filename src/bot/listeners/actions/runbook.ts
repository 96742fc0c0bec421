import { runbooksMessage } from "../../messages/lists.ts";
import { notice } from "../../messages/notice.ts";
import type { GroupPress } from "./group-action.ts";

/** The Runbook button: its first steps, privately. */
export async function runbook({ desk, groupId, reply }: GroupPress): Promise<void> {
  const group = await desk.status.group(groupId);
  await reply(
    group?.runbook === undefined || group.runbook === null
      ? notice(
          ":information_source: There is no runbook for this alert any more. `/anomaly runbook <words>` searches all of them.",
        )
      : runbooksMessage([group.runbook], group.title),
  );
}
