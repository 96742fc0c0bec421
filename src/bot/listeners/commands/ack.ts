import { notice } from "../../messages/notice.ts";
import { plain } from "../../messages/payload.ts";
import { showResult } from "../actions/group-action.ts";
import { permitted } from "../reply.ts";
import { findGroup } from "./find-group.ts";
import type { Subcommand } from "./subcommand.ts";

/** `/anomaly ack <id>`: as the button does. */
export const ack: Subcommand = async (input) => {
  const { desk, actor, userId, reply } = input;
  const group = await findGroup(input, "ack");
  if (group !== null && (await permitted(desk, "acknowledge", userId, reply))) {
    const result = await desk.actions.acknowledge(group.id, actor);
    await showResult(desk, result, reply);
    if (result.ok) {
      await reply(notice(`:raised_hand: ${plain(result.reason)}`));
    }
  }
};
