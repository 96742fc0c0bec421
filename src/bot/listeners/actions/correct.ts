import type { ModalView } from "@slack/types";
import { regroupModal, severityModal } from "../../messages/modals/correction-modals.ts";
import { notice } from "../../messages/notice.ts";
import { feedback } from "./feedback.ts";
import type { GroupPress } from "./group-action.ts";

/** The menu of what is wrong: a severity or a group is corrected in a dialogue, the rest is noted as it is. */
export async function correct(press: GroupPress): Promise<void> {
  const { desk, groupId, choice, channel, ts, triggerId, reply } = press;
  if (choice !== "wrong-severity" && choice !== "wrong-group") {
    await feedback(press);
    return;
  }
  const group = await desk.status.group(groupId);
  if (group === null) {
    await reply(notice(":information_source: This alert is too old: there is nothing to correct any more."));
    return;
  }
  const draft = { groupId, channel, ts };
  const severities = Object.keys(desk.severities);
  const view: ModalView =
    choice === "wrong-severity"
      ? severityModal(draft, group, severities)
      : regroupModal(
          draft,
          group,
          (await openGroups(press)).filter(({ id }) => id !== groupId),
        );
  await desk.client.views.open({ trigger_id: triggerId, view });
}

async function openGroups({ desk }: GroupPress) {
  const found = await desk.status.groups({}, desk.clock());
  return found.kind === "missing" ? [] : found.value;
}
