import { markSeen } from "../../oncall/escalations.ts";
import type { Actor } from "../../operations/actions-types.ts";
import type { Desk } from "../desk.ts";

/** Records that somebody has looked at the pages about a group. What they wanted to do does not wait on it. */
export async function noteSeen({ store, oncall, clock, log }: Desk, groupId: string, actor: Actor): Promise<void> {
  try {
    await markSeen(store, groupId, oncall.nameOf(actor.person), clock());
  } catch (error) {
    log.warn({ err: error, group: groupId }, "it could not be noted that a page was seen");
  }
}
