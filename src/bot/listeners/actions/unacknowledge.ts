import { type GroupPress, showResult } from "./group-action.ts";

/** The Unacknowledge button. */
export async function unacknowledge({ desk, groupId, actor, reply }: GroupPress): Promise<void> {
  await showResult(desk, await desk.actions.unacknowledge(groupId, actor), reply);
}
