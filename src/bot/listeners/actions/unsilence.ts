import { notice } from "../../messages/notice.ts";
import { type GroupPress, showResult } from "./group-action.ts";

/** The button that ends the silences people made for a group. */
export async function unsilence({ desk, groupId, actor, reply }: GroupPress): Promise<void> {
  const ledger = await desk.store.silences.active();
  const ours = ledger.filter((entry) => entry.groupId === groupId && entry.purpose === "manual");
  if (ours.length === 0) {
    await reply(
      notice(":information_source: No silence made here hides this alert; `/anomaly silences` shows whose it is."),
    );
  }
  for (const { silenceId } of ours) {
    await showResult(desk, await desk.actions.expire(silenceId, actor), reply);
  }
}
