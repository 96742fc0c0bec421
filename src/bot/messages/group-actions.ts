import type { ActionsBlock, StaticSelect } from "@slack/types";
import type { GroupView } from "./group-view.ts";
import { button, option } from "./payload.ts";

/** Choices of the silence menu: what the person reads, and a duration that `parseDuration` takes. */
export const SILENCE_CHOICES = [
  ["30 minutes", "30m"],
  ["1 hour", "1h"],
  ["4 hours", "4h"],
  ["1 day", "1d"],
  ["until resolved", "until-resolved"],
  ["other …", "other"],
] as const;

/** The buttons that make sense in the group's state; every one carries the group's id. */
export function groupActions({ group, acknowledgement }: GroupView): ActionsBlock {
  const { id, state } = group;
  const acknowledged = state === "acknowledged" || (acknowledgement !== null && state === "silenced");
  const about = group.service ?? group.title;
  const elements: ActionsBlock["elements"] = [];
  if (state === "firing" && !acknowledged) {
    elements.push(button("group.acknowledge", "Acknowledge", id, { style: "primary", label: `Acknowledge ${about}` }));
  }
  if (acknowledged) {
    elements.push(button("group.unacknowledge", "Unacknowledge", id, { label: `Unacknowledge ${about}` }));
  }
  if (state === "firing" || state === "acknowledged") {
    elements.push(silenceMenu(id));
  }
  if (state === "silenced") {
    elements.push(button("group.unsilence", "End silence", id, { label: `End the silence of ${about}` }));
  }
  if (state !== "resolved" && isOwn(group)) {
    elements.push(button("group.resolve", "Resolve", id, { label: `Resolve ${about}` }));
  }
  if (group.runbook !== null) {
    elements.push(button("group.runbook", "Runbook", id));
  }
  elements.push(button("group.explain", "Explain", id));
  if (isAnomaly(group)) {
    elements.push(button("group.notAnomaly", "Not an anomaly", id));
  }
  elements.push(moreMenu(id));
  return { type: "actions", block_id: `group.${id}`.slice(0, 255), elements };
}

function silenceMenu(groupId: string): StaticSelect {
  return {
    type: "static_select",
    action_id: "group.silence",
    placeholder: { type: "plain_text", text: "Silence …" },
    options: SILENCE_CHOICES.map(([text, value]) => option(text, `${value}|${groupId}`)),
  };
}

function moreMenu(groupId: string): ActionsBlock["elements"][number] {
  return {
    type: "overflow",
    action_id: "group.more",
    options: [
      option("Wrong group", `wrong-group|${groupId}`),
      option("Wrong severity", `wrong-severity|${groupId}`),
      option("Wrong runbook or link", `wrong-link|${groupId}`),
    ],
  };
}

/** Only alerts that cmswatch made can be resolved by hand. */
function isOwn(group: GroupView["group"]): boolean {
  return group.alerts.length > 0 && group.alerts.every(ofAnomaly);
}

function isAnomaly(group: GroupView["group"]): boolean {
  return group.alerts.some(ofAnomaly);
}

/** Alerts of anomalies name the anomaly. */
function ofAnomaly({ annotations }: GroupView["group"]["alerts"][number]): boolean {
  return annotations["anomaly"] !== undefined;
}
