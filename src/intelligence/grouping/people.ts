import type { Memory } from "./memory.ts";
import { rootOf } from "./root.ts";
import type { Match, View } from "./rule.ts";
import type { Facts, GroupState } from "./types.ts";

/** How long after its last alert a group may still take one because people merged such alerts before. */
const TOGETHER_WITHIN = 2 * 3600;

/** True when people have split alerts like this from groups like that. The same alert again is never apart from itself. */
export function isApart(group: GroupState, facts: Facts, memory: Memory): boolean {
  const signature = rootOf(group)?.facts.signature;
  return signature !== undefined && signature !== facts.signature && memory.verdict(signature, facts.signature) < 0;
}

/** The open group with which people have merged alerts like this one. */
export function togetherMatch({ t, facts, memory }: View): (Match & { rule: string }) | null {
  if (!memory.isJudged(facts.signature)) {
    return null;
  }
  for (const group of memory.groups.values()) {
    const signature = t - group.lastAt <= TOGETHER_WITHIN ? rootOf(group)?.facts.signature : undefined;
    if (signature !== undefined && signature !== facts.signature && memory.verdict(signature, facts.signature) > 0) {
      return { group, rule: "person", reason: "people put such alerts together before" };
    }
  }
  return null;
}

/** Moves all events of one group into the other and remembers that their causes belong together. */
export function mergeGroups(memory: Memory, into: string, from: string): readonly number[] {
  const target = memory.groups.get(into);
  const source = memory.groups.get(from);
  const left = target === undefined ? null : rootOf(target);
  const right = source === undefined ? null : rootOf(source);
  if (target === undefined || source === undefined || target === source || left === null || right === null) {
    return [];
  }
  const events = source.members.map((member) => member.event);
  memory.absorb(source, target);
  memory.judge(left.facts.signature, right.facts.signature, 1);
  return events;
}

/** Moves events into a group of their own and remembers that they do not belong to the cause of the old one. */
export function splitGroup(memory: Memory, id: string, events: readonly number[]): string | null {
  const group = memory.groups.get(id);
  const members = group?.members.filter((member) => events.includes(member.event)) ?? [];
  const [first] = members;
  const root = group === undefined ? null : rootOf(group);
  if (group === undefined || first === undefined || root === null || members.length === group.members.length) {
    return null;
  }
  const own = memory.open("alone", first.facts.name, first);
  for (const member of members) {
    memory.take(member, group, own);
    if (member.facts.signature !== root.facts.signature) {
      memory.judge(root.facts.signature, member.facts.signature, -1);
    }
  }
  return own.id;
}
