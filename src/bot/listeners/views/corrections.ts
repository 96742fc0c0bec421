import type { SlackViewMiddlewareArgs, ViewOutput, ViewSubmitAction } from "@slack/bolt";
import { z } from "zod";
import { own } from "../../../alert/own.ts";
import type { Desk } from "../../desk.ts";
import { notice } from "../../messages/notice.ts";
import { type Correction, correctSeverity, mergeInto, takeApart } from "../correct.ts";
import { guarded, permitted, type Reply, tell } from "../reply.ts";

const draftSchema = z.object({ groupId: z.string(), channel: z.string().nullable(), ts: z.string().nullable() });

type Errors = Record<string, string>;
type Values = ViewOutput["state"]["values"];

/** Takes the dialogue about a severity. */
export function severitySubmit(desk: Desk) {
  return taken(desk, (values) => {
    const severity = chosen(values, "severity");
    return severity === null
      ? { errors: { severity: "Choose the right one." } }
      : { apply: (correction) => correctSeverity(correction, severity) };
  });
}

/** Takes the dialogue about a group: alerts are taken out of it, or all of it goes to another. */
export function regroupSubmit(desk: Desk) {
  return taken(desk, (values) => {
    const into = chosen(values, "into");
    const apart = (values["apart"]?.["value"]?.selected_options ?? []).map(({ value }) => value);
    if (into !== null && apart.length > 0) {
      return { errors: { into: "Choose one of both: some alerts, or another group for all of it." } };
    }
    if (into !== null) {
      return { apply: (correction) => mergeInto(correction, into) };
    }
    return apart.length === 0
      ? { errors: { ["apart" in values ? "apart" : "into"]: "Choose what does not belong, or where all of it does." } }
      : { apply: (correction) => takeApart(correction, apart) };
  });
}

type Read = { readonly errors: Errors } | { readonly apply: (correction: Correction) => Promise<void> };

/** Mistakes are shown beside their field; everything else happens after the dialogue has closed. */
function taken(desk: Desk, read: (values: Values) => Read) {
  return async ({ ack, view, body }: SlackViewMiddlewareArgs<ViewSubmitAction>): Promise<void> => {
    const draft = draftSchema.parse(JSON.parse(view.private_metadata));
    const wish = read(view.state.values);
    if ("errors" in wish) {
      await ack({ response_action: "errors", errors: wish.errors });
      return;
    }
    await ack();
    const reply: Reply = (payload) => tell(desk, body.user.id, draft, payload);
    await guarded(desk, "The correction", reply, async () => {
      if (!(await permitted(desk, "feedback", body.user.id, reply))) {
        return;
      }
      const group = await desk.status.group(draft.groupId);
      if (group === null) {
        await reply(notice(":information_source: This alert is gone meanwhile: nothing was changed."));
        return;
      }
      await wish.apply({ desk, actor: await desk.people.actor(body.user.id), reply, group });
    });
  };
}

function chosen(values: Values, block: string): string | null {
  return own(values, block)?.["value"]?.selected_option?.value ?? null;
}
