import { type GroupPress, showResult } from "./group-action.ts";

/** The Acknowledge button. */
export async function acknowledge({ desk, groupId, actor, reply }: GroupPress): Promise<void> {
  await showResult(desk, await desk.actions.acknowledge(groupId, actor), reply);
}
