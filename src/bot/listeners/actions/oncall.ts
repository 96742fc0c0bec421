import { z } from "zod";
import { notice } from "../../messages/notice.ts";
import { takenMessage } from "../../messages/oncall.ts";
import { plain } from "../../messages/payload.ts";
import { shiftChanged } from "../../messages/shift-changed.ts";
import type { Press } from "./pressed.ts";

const offerSchema = z.object({ roster: z.string(), to: z.coerce.date() });

/** Takes an exception of the schedule back. */
export async function undoOverride({ desk, value, actor, reply }: Press): Promise<void> {
  const result = await desk.oncall.undoOverride(value, actor);
  await reply(notice(`${result.ok ? ":calendar:" : ":information_source:"} ${plain(result.reason)}`), {
    replace: true,
  });
}

/** "I take it" under an offered shift. The first who presses gets it. */
export async function takeShift({ desk, value, actor, channel, ts, reply }: Press): Promise<void> {
  const { roster, to } = offerSchema.parse(JSON.parse(value));
  const person = desk.oncall.nameOf(actor.person);
  const from = desk.clock();
  if (to <= from) {
    await reply(notice(":information_source: This shift is over: there is nothing to take."));
    return;
  }
  const result = await desk.oncall.override({ roster, person, from, to, by: person }, actor);
  const isFirst = result.ok && (await desk.store.messages.claim(`offer/${channel}/${ts}`, from));
  if (result.ok && !isFirst) {
    await desk.oncall.undoOverride(result.overrideId ?? "", actor);
    await reply(notice(":information_source: Somebody has taken it already. `/anomaly oncall` shows who."));
    return;
  }
  await reply(shiftChanged(result));
  if (isFirst) {
    await reply(takenMessage(person, { roster, to }), { inChannel: true, replace: true });
  }
}
