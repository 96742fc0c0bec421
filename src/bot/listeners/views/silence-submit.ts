import type { SlackViewMiddlewareArgs, ViewSubmitAction } from "@slack/bolt";
import { type Matcher, MatcherSyntaxError } from "../../../alert/matcher.ts";
import type { Desk } from "../../desk.ts";
import { readDuration } from "../commands/silence.ts";
import { makeSilence } from "../make-silence.ts";
import { guarded, permitted, type Reply, tell } from "../reply.ts";
import { readForm, type SilenceForm } from "./silence-form.ts";

/** Takes the silence dialogue: mistakes are shown beside their field, everything else happens after it has closed. */
export function silenceSubmit(desk: Desk) {
  return async ({ ack, view, body }: SlackViewMiddlewareArgs<ViewSubmitAction>): Promise<void> => {
    const form = readForm(view);
    const read = check(form);
    if ("errors" in read) {
      await ack({ response_action: "errors", errors: read.errors });
      return;
    }
    await ack();
    const reply: Reply = (payload) => tell(desk, body.user.id, form.draft, payload);
    await guarded(desk, "The silence", reply, async () => {
      if (await permitted(desk, "silence", body.user.id, reply)) {
        const actor = await desk.people.actor(body.user.id);
        const { groupId } = form.draft;
        await makeSilence({ desk, actor, reply, wish: { groupId, ...read, reason: form.reason } });
      }
    });
  };
}

type Checked =
  | { readonly matchers: readonly Matcher[]; readonly duration: number | "until-resolved" }
  | { readonly errors: Record<string, string> };

function check(form: SilenceForm): Checked {
  const duration = readDuration(form.duration);
  if (duration === null) {
    return { errors: { duration: "Choose for how long." } };
  }
  if (form.reason === "") {
    return { errors: { reason: "Say why: others will see it." } };
  }
  try {
    const matchers = form.readMatchers();
    return matchers.length === 0
      ? { errors: { matchers: "Without a label it would hide everything." } }
      : { matchers, duration };
  } catch (error) {
    if (error instanceof MatcherSyntaxError) {
      return { errors: { matchers: error.message.slice(0, 300) } };
    }
    throw error;
  }
}
