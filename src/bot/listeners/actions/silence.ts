import type { AlertGroup } from "../../../alert/group.ts";
import { silenceModal } from "../../messages/modals/silence-modal.ts";
import { notice } from "../../messages/notice.ts";
import { readDuration } from "../commands/silence.ts";
import { makeSilence } from "../make-silence.ts";
import type { GroupPress } from "./group-action.ts";

/** The Silence menu: a fixed time at once, "other …" by a dialogue. */
export async function silence(press: GroupPress): Promise<void> {
  const { desk, groupId, choice, actor, reply } = press;
  const group = await desk.status.group(groupId);
  if (group === null || group.state === "resolved") {
    await reply(notice(":information_source: This alert is over: there is nothing to silence."));
    return;
  }
  const duration = readDuration(choice);
  if (duration === null) {
    await openDialogue(press, group);
    return;
  }
  const reason = `from the menu in Slack: ${group.title}`;
  await makeSilence({
    desk,
    actor,
    reply,
    wish: { groupId, matchers: desk.actions.matchersOf(group), duration, reason },
  });
}

/** Opens at once, since the trigger lives three seconds, and fills in the preview when it is counted. */
async function openDialogue(
  { desk, groupId, actor, channel, ts, triggerId }: GroupPress,
  group: AlertGroup,
): Promise<void> {
  const matchers = desk.actions.matchersOf(group);
  const content = {
    draft: { groupId, channel, ts },
    title: group.title,
    matchers,
    owner: actor.person.name,
    duration: "1h",
    reason: "",
  };
  const opened = await desk.client.views.open({
    trigger_id: triggerId,
    view: silenceModal({ ...content, preview: null }),
  });
  const preview = await desk.actions.preview(matchers);
  await desk.client.views.update({ view_id: opened.view?.id ?? "", view: silenceModal({ ...content, preview }) });
}
