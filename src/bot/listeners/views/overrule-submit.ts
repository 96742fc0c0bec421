import type { SlackViewMiddlewareArgs, ViewSubmitAction } from "@slack/bolt";
import { z } from "zod";
import { own } from "../../../alert/own.ts";
import type { Desk } from "../../desk.ts";
import { notice } from "../../messages/notice.ts";
import { plain } from "../../messages/payload.ts";
import { readRange } from "../commands/dqm.ts";
import { guarded, permitted, type Reply, tell } from "../reply.ts";

const draftSchema = z.object({ run: z.number(), channel: z.string().nullable(), ts: z.string().nullable() });

/** Takes the dialogue of an overrule: mistakes are shown beside their field. */
export function overruleSubmit(desk: Desk) {
  return async ({ ack, view, body }: SlackViewMiddlewareArgs<ViewSubmitAction>): Promise<void> => {
    const { run, ...place } = draftSchema.parse(JSON.parse(view.private_metadata));
    const field = (name: string) => own(view.state.values, name)?.["value"];
    const range = readRange(field("lumis")?.value ?? "");
    const reason = field("reason")?.value?.trim() ?? "";
    const status = field("status")?.selected_option?.value ?? "";
    if (range === null || range.last < range.first || range.first < 1) {
      await ack({
        response_action: "errors",
        errors: { lumis: "Write one number, or the first and the last: 12-137." },
      });
      return;
    }
    if (reason === "") {
      await ack({ response_action: "errors", errors: { reason: "Say why: others will read it." } });
      return;
    }
    await ack();
    const reply: Reply = (payload) => tell(desk, body.user.id, place, payload);
    await guarded(desk, "Overruling", reply, async () => {
      if (desk.dqm !== undefined && (await permitted(desk, "overrule", body.user.id, reply))) {
        const { person } = await desk.people.actor(body.user.id);
        const outcome = await desk.dqm.overrule({ run, ...range, status, reason }, { person, via: "slack" });
        await reply(notice(`${outcome.ok ? ":writing_hand:" : ":warning:"} ${plain(outcome.reason)}`));
      }
    });
  };
}
