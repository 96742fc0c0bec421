import type { ActionResult, Actor, SilenceWish } from "../../operations/actions-types.ts";
import type { Desk } from "../desk.ts";
import { notice } from "../messages/notice.ts";
import { button, type Payload, plain, section } from "../messages/payload.ts";
import { moment } from "../messages/time.ts";
import type { Reply } from "./reply.ts";

/** Makes a silence, tells the person what came of it (with an undo), and shows it on the group's message. */
export async function makeSilence({
  desk,
  actor,
  wish,
  reply,
}: {
  desk: Desk;
  actor: Actor;
  wish: SilenceWish;
  reply: Reply;
}): Promise<ActionResult> {
  const result = await desk.actions.silence(wish, actor);
  if (!result.ok) {
    await reply(notice(`:warning: Not silenced: ${plain(result.reason)}`));
    return result;
  }
  if (result.group !== null) {
    await desk.publisher.publish(result.group, { urgent: true });
    await desk.publisher.note(
      result.group.id,
      notice(`:no_bell: ${plain(actor.person.name)} silenced this: ${plain(wish.reason)}\n${plain(result.reason)}`),
    );
  }
  await reply(doneWithUndo(`:no_bell: ${plain(result.reason)}`, result));
  return result;
}

function doneWithUndo(text: string, result: Extract<ActionResult, { ok: true }>): Payload {
  const { silenceId, undoUntil, group } = result;
  const undo =
    silenceId === undefined
      ? []
      : [
          {
            type: "actions" as const,
            block_id: "silence.undo",
            elements: [
              button("silence.undo", "Undo", JSON.stringify({ silence: silenceId, group: group?.id ?? null })),
            ],
          },
        ];
  const until = undoUntil === undefined ? "" : `\nIt can be undone here until ${moment(undoUntil)}.`;
  return { ...notice(text), blocks: [section(`${text}${until}`), ...undo] };
}
