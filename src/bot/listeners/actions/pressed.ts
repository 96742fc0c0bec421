import type {
  BlockAction,
  ButtonAction,
  OverflowAction,
  SlackActionMiddlewareArgs,
  StaticSelectAction,
} from "@slack/bolt";
import type { Permission } from "../../../config/schema.ts";
import type { Actor } from "../../../operations/actions-types.ts";
import type { Desk } from "../../desk.ts";
import { guarded, permitted, type Reply, replyBy } from "../reply.ts";

/** A press on a message, as its handler gets it. */
export interface Press {
  readonly desk: Desk;
  /** A button's value, or that of the chosen option. */
  readonly value: string;
  /** True for a choice of a menu. */
  readonly isChoice: boolean;
  readonly actor: Actor;
  readonly userId: string;
  readonly channel: string | null;
  readonly ts: string | null;
  readonly triggerId: string;
  readonly reply: Reply;
}

type Element = ButtonAction | StaticSelectAction | OverflowAction;

/**
 * Wraps what all presses have in common: acknowledge at once, ask the permission, find the person, and answer a failure where
 * the person is.
 * @param what for the person, when it fails · @param permission null: everybody may
 */
export function pressed(
  desk: Desk,
  what: string,
  permission: Permission | null,
  handle: (press: Press) => Promise<void>,
) {
  return async ({ ack, action, body, respond }: SlackActionMiddlewareArgs<BlockAction<Element>>): Promise<void> => {
    await ack();
    const reply = replyBy(respond);
    await guarded(desk, what, reply, async () => {
      if (permission !== null && !(await permitted(desk, permission, body.user.id, reply))) {
        return;
      }
      await handle({
        desk,
        value: (action.type === "button" ? action.value : action.selected_option.value) ?? "",
        isChoice: action.type !== "button",
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
