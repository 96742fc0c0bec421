import type {
  BlockAction,
  ButtonAction,
  OverflowAction,
  SlackActionMiddlewareArgs,
  StaticSelectAction,
} from "@slack/bolt";
import type { ActionResult, Actor } from "../../../intelligence/actions-types.ts";
import type { Desk } from "../../desk.ts";
import { notice } from "../../messages/notice.ts";
import { plain } from "../../messages/payload.ts";
import { guarded, permitted, type Reply, replyBy } from "../reply.ts";

/** A press on a group's message, as its handler gets it. */
export interface GroupPress {
  readonly desk: Desk;
  readonly groupId: string;
  /** What was chosen in a menu; empty for a button. */
  readonly choice: string;
  readonly actor: Actor;
  readonly userId: string;
  readonly channel: string | null;
  readonly ts: string | null;
  readonly triggerId: string;
  readonly reply: Reply;
}

type Press = SlackActionMiddlewareArgs<BlockAction<ButtonAction | StaticSelectAction | OverflowAction>>;

/**
 * Wraps what all presses have in common: acknowledge at once, find the group and the person, ask the permission,
 * and answer a failure where the person is.
 */
export function onGroup(
  desk: Desk,
  what: string,
  permission: string | null,
  handle: (press: GroupPress) => Promise<void>,
) {
  return async ({ ack, action, body, respond }: Press): Promise<void> => {
    await ack();
    const reply = replyBy(respond);
    await guarded(desk, what, reply, async () => {
      if (permission !== null && !(await permitted(desk, permission, body.user.id, reply))) {
        return;
      }
      await handle({
        desk,
        ...readValue(action),
        actor: await desk.people.actor(body.user.id),
        userId: body.user.id,
        channel: body.channel?.id ?? null,
        ts: body.message?.ts ?? null,
        triggerId: body.trigger_id,
        reply,
      });
    });
  };
}

/** Menus carry `choice|group`, buttons the group alone. */
function readValue(action: ButtonAction | StaticSelectAction | OverflowAction): { groupId: string; choice: string } {
  if (action.type === "button") {
    return { groupId: action.value ?? "", choice: "" };
  }
  const [choice = "", ...group] = action.selected_option.value.split("|");
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
