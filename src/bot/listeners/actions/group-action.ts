import type { Permission } from "../../../config/schema.ts";
import type { ActionResult } from "../../../operations/actions-types.ts";
import type { Desk } from "../../desk.ts";
import { notice } from "../../messages/notice.ts";
import { plain } from "../../messages/payload.ts";
import type { Reply } from "../reply.ts";
import { noteSeen } from "../seen.ts";
import { type Press, pressed } from "./pressed.ts";

/** A press on a group's message. */
export interface GroupPress extends Press {
  readonly groupId: string;
  /** What was chosen in a menu; empty for a button. */
  readonly choice: string;
}

/** A press on a group's message: who presses has seen the page about it. See `pressed`. */
export function onGroup(
  desk: Desk,
  what: string,
  permission: Permission | null,
  handle: (press: GroupPress) => Promise<void>,
) {
  return pressed(desk, what, permission, async (press) => {
    const named = readValue(press);
    await noteSeen(desk, named.groupId, press.actor);
    await handle({ ...press, ...named });
  });
}

/** Menus carry `choice|group`, buttons the group alone. */
function readValue({ value, isChoice }: Press): Pick<GroupPress, "groupId" | "choice"> {
  if (!isChoice) {
    return { groupId: value, choice: "" };
  }
  const [choice = "", ...group] = value.split("|");
  return { choice, groupId: group.join("|") };
}

/** Shows what came of an action: on the group's message, and privately where nothing was done. */
export async function showResult(desk: Desk, result: ActionResult, reply: Reply): Promise<void> {
  if (result.group !== null) {
    await desk.publisher.publish(result.group, { urgent: true });
  }
  if (!result.ok) {
    await reply(notice(`:information_source: ${plain(result.reason)}`));
  }
}
