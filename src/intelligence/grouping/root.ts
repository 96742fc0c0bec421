import type { GroupState, Member } from "./types.ts";

/** How much earlier another symptom may fire than "it is down" and still not be taken as the cause, seconds. */
const SAME_MOMENT = 60;

/** The member taken as the cause: the intervention, the node that went, the first sign of the upstream service, else the first. */
export function rootOf(group: Pick<GroupState, "kind" | "subject" | "members">): Member | null {
  const first = group.members[0] ?? null;
  if (group.kind === "node" || group.kind === "nodes") {
    return group.members.find((member) => member.facts.isNodeDown) ?? first;
  }
  if (group.kind === "service") {
    const own = group.members.filter((member) => member.facts.service === group.subject);
    const earliest = own[0];
    const down = own.find((member) => member.facts.isServiceDown);
    return earliest !== undefined && down !== undefined && down.t - earliest.t <= SAME_MOMENT
      ? down
      : (earliest ?? first);
  }
  return group.kind === "outage" ? (group.members.find((member) => member.facts.outage !== null) ?? first) : first;
}
