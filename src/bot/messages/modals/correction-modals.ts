import type { KnownBlock, ModalView } from "@slack/types";
import { alertName } from "../../../alert/alert.ts";
import type { AlertGroup } from "../../../alert/group.ts";
import { context, cut, option, plain, section } from "../payload.ts";

/** What a dialogue about a group must remember. */
export interface CorrectionDraft {
  readonly groupId: string;
  readonly channel: string | null;
  readonly ts: string | null;
}

/** Slack takes a hundred choices. */
const MOST_CHOICES = 100;

/** "Wrong severity": which one is right? */
export function severityModal(draft: CorrectionDraft, group: AlertGroup, severities: readonly string[]): ModalView {
  const others = severities.filter((one) => one !== group.severity);
  return modal("severity.submit", "Wrong severity", "Correct it", draft, [
    section(`*${plain(cut(group.title, 500))}*\nis ${plain(group.severity)} now.`),
    {
      type: "input",
      block_id: "severity",
      label: { type: "plain_text", text: "It should be" },
      element: {
        type: "static_select",
        action_id: "value",
        options: others.slice(0, MOST_CHOICES).map((one) => option(one, one)),
      },
    },
    context(
      "Alerts of the same rule and service get it from the next look on, and what is learnt takes your word for it.",
    ),
  ]);
}

/** "Wrong group": which alerts are apart, or which group does it belong to? */
export function regroupModal(draft: CorrectionDraft, group: AlertGroup, others: readonly AlertGroup[]): ModalView {
  const canSplit = group.alerts.length > 1;
  const blocks: KnownBlock[] = [section(`*${plain(cut(group.title, 500))}*\n${group.alerts.length} alerts`)];
  if (canSplit) {
    blocks.push({
      type: "input",
      block_id: "apart",
      optional: true,
      label: { type: "plain_text", text: "These do not belong here" },
      element: {
        type: "multi_static_select",
        action_id: "value",
        options: group.alerts.slice(0, MOST_CHOICES).map((alert) => option(alertWords(alert), alert.fingerprint)),
      },
    });
  }
  if (others.length > 0) {
    blocks.push({
      type: "input",
      block_id: "into",
      optional: true,
      label: { type: "plain_text", text: "All of it belongs to" },
      element: {
        type: "static_select",
        action_id: "value",
        options: others.slice(0, MOST_CHOICES).map((one) => option(one.title, one.id)),
      },
    });
  }
  if (blocks.length === 1) {
    blocks.push(section("It has one alert, and nothing else is open: there is nothing to put together or apart."));
  }
  blocks.push(context("It is done at once, and such alerts are kept together, or apart, from now on."));
  return modal("regroup.submit", "Wrong group", "Put it right", draft, blocks);
}

function alertWords({ labels }: AlertGroup["alerts"][number]): string {
  const where = labels["pod"] ?? labels["instance"] ?? labels["node"] ?? labels["service"] ?? "";
  return `${alertName({ labels })}${where === "" ? "" : ` ${where}`}`;
}

function modal(id: string, title: string, submit: string, draft: CorrectionDraft, blocks: KnownBlock[]): ModalView {
  return {
    type: "modal",
    callback_id: id,
    private_metadata: JSON.stringify(draft),
    title: { type: "plain_text", text: title },
    submit: { type: "plain_text", text: submit },
    close: { type: "plain_text", text: "Cancel" },
    blocks,
  };
}
