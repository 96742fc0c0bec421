import type { Memory } from "./memory.ts";
import type { GroupState } from "./types.ts";

/** Nodes that go within this time of each other went together, seconds. */
const TOGETHER = 180;
/** A storm of several nodes takes in one more for so long, seconds. */
const GROWS_FOR = 20 * 60;
/** Nodes that share nothing we know of: two may be chance. */
const MANY = 3;
const MAX_TOUCHED = 500;

/** Storms of single nodes that are one: what they have in common, and which group stays. */
export interface Rack {
  readonly into: GroupState;
  readonly others: readonly GroupState[];
  /** The rack, switch or host they hang on, else how many they are. */
  readonly subject: string;
  readonly nodes: readonly string[];
  readonly reason: string;
}

/** Looks whether the storm of a node is part of a larger one: three nodes at once, or two of one rack. */
export function findRack(group: GroupState, memory: Memory): Rack | null {
  if (group.kind !== "node") {
    return null;
  }
  const rack = rackOf(group);
  const near = [...memory.ofKind("nodes"), ...memory.ofKind("node")].filter(
    (other) => other !== group && isTogether(other, group),
  );
  const sameRack = rack === null ? [] : near.filter((other) => rackOf(other) === rack);
  const others = sameRack.length > 0 ? sameRack : near;
  const nodes = [...new Set([...others, group].flatMap(nodesOf))];
  if (nodes.length < (sameRack.length > 0 ? 2 : MANY)) {
    return null;
  }
  const oldest = [...others, group].reduce((first, other) => (other.openedAt < first.openedAt ? other : first));
  const into = others.find((other) => other.kind === "nodes") ?? oldest;
  const racks = new Set([...others, group].map(rackOf));
  const shared = racks.size === 1 ? rack : null;
  return {
    into,
    others: [...others, group].filter((other) => other !== into),
    subject: shared === null ? `${nodes.length} nodes` : `${shared} with ${nodes.length} nodes`,
    nodes: nodes.slice(0, MAX_TOUCHED),
    reason: `${nodes.length} nodes${shared === null ? "" : ` of ${shared}`} went within ${TOGETHER / 60} min of each other`,
  };
}

/** Nodes whose loss the group is about. */
export function nodesOf(group: GroupState): readonly string[] {
  return group.kind === "nodes" ? group.touched : [group.subject];
}

function isTogether(other: GroupState, group: GroupState): boolean {
  const gap = group.openedAt - (other.kind === "nodes" ? other.lastAt : other.openedAt);
  return Math.abs(gap) <= TOGETHER && group.openedAt - other.openedAt <= GROWS_FOR;
}

/** What all the nodes of the group hang on; null where labels do not say. */
function rackOf(group: GroupState): string | null {
  const racks = new Set(group.members.flatMap(({ facts }) => facts.rack ?? []));
  return racks.size === 1 ? ([...racks][0] ?? null) : null;
}
