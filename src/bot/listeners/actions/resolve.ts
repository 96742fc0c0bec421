import { type GroupPress, showResult } from "./group-action.ts";

/** The Resolve button of alerts that cmswatch made itself. */
export async function resolve({ desk, groupId, actor, reply }: GroupPress): Promise<void> {
  await showResult(desk, await desk.actions.resolve(groupId, actor), reply);
}
