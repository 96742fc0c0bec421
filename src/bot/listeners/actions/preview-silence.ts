import type { BlockAction, PlainTextInputAction, SlackActionMiddlewareArgs } from "@slack/bolt";
import { type Matcher, MatcherSyntaxError } from "../../../alert/matcher.ts";
import type { Desk } from "../../desk.ts";
import { silenceModal } from "../../messages/modals/silence-modal.ts";
import { readForm } from "../views/silence-form.ts";

/** Counts again what the silence would hide while somebody edits its matchers. */
export function previewSilence(desk: Desk) {
  return async ({ ack, body }: SlackActionMiddlewareArgs<BlockAction<PlainTextInputAction>>): Promise<void> => {
    await ack();
    const { view } = body;
    if (view === undefined) {
      return;
    }
    const form = readForm(view);
    const matchers = matchersOrNull(form.readMatchers);
    if (matchers === null || matchers.length === 0) {
      return;
    }
    const preview = await desk.actions.preview(matchers);
    const actor = await desk.people.actor(body.user.id);
    const group = form.draft.groupId === null ? null : await desk.status.group(form.draft.groupId);
    try {
      await desk.client.views.update({
        view_id: view.id,
        hash: view.hash,
        view: silenceModal({
          draft: form.draft,
          title: group?.title ?? "Alerts by labels",
          matchers,
          preview,
          owner: actor.person.name,
          duration: form.duration,
          reason: form.reason,
        }),
      });
    } catch (error) {
      // The person typed on: the next preview is on its way already.
      desk.log.debug({ err: error }, "preview came too late");
    }
  };
}

function matchersOrNull(read: () => readonly Matcher[]): readonly Matcher[] | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof MatcherSyntaxError) {
      return null;
    }
    throw error;
  }
}
