import type { Catalogue } from "../../config/catalogue.ts";
import { findBurst } from "./burst.ts";
import { readFacts } from "./facts.ts";
import { Memory } from "./memory.ts";
import { freshLosses, keyFor } from "./outage-rule.ts";
import { isApart, mergeGroups, splitGroup, togetherMatch } from "./people.ts";
import { findRack } from "./rack.ts";
import { rootOf } from "./root.ts";
import { firstMatch } from "./rules.ts";
import type { Assignment, GroupingEvent, GroupState, Member, MemoryState } from "./types.ts";

/** What the grouper needs; a state continues where another grouper stopped. */
export interface GrouperOptions {
  readonly catalogue: Catalogue;
  /** Labels that do not count for identity, e.g. random ids. */
  readonly ignoredLabels?: readonly string[];
  readonly state?: MemoryState | null;
}

/** Decides, event by event, what belongs together. */
export interface Grouper {
  add(event: GroupingEvent): Assignment;
  /** The group while it is open. */
  group(id: string): GroupState | null;
  /** Number of the event taken as the cause of the group. */
  root(id: string): number | null;
  /** A person says that two groups are one: the events of the second move into the first. Learnt for the next time. */
  merge(into: string, from: string): readonly number[];
  /** A person takes events out of a group; gives the id of their own group, null when the group is closed. */
  split(id: string, events: readonly number[]): string | null;
  /** JSON-serialisable. */
  state(): MemoryState;
}

/** A grouper with an empty memory, or with the one of a saved state. */
export function createGrouper(options: GrouperOptions): Grouper {
  const { catalogue, ignoredLabels = [] } = options;
  const memory = new Memory(options.state ?? null);
  const add = (event: GroupingEvent): Assignment => {
    const member: Member = {
      event: memory.begin(event.t),
      t: event.t,
      facts: readFacts(event, catalogue, ignoredLabels),
    };
    const { facts, t } = member;
    const view = { t, facts, catalogue, memory };
    const found = firstMatch(view);
    const match = found !== null && isApart(found.group, facts, memory) ? null : (found ?? togetherMatch(view));
    if (match === null) {
      const group = memory.open(firstKind(member), subjectOf(member), member);
      memory.place(member, group);
      return settle(member, group, "new", "nothing that fired lately has to do with it");
    }
    memory.place(member, match.group);
    if (match.rule === "again") {
      memory.describe(match.group, "repeat", match.group.subject);
      const absorbed = match.absorbs?.members.map((other) => other.event) ?? [];
      if (match.absorbs !== undefined) {
        memory.absorb(match.absorbs, match.group);
      }
      const assignment = settle(member, match.group, match.rule, match.reason);
      return { ...assignment, moved: [...absorbed, ...assignment.moved] };
    }
    const moved = match.rule === "intervention" ? gatherLosses(member, match.group, memory) : [];
    return { event: member.event, groupId: match.group.id, rule: match.rule, reason: match.reason, moved };
  };
  const settle = (member: Member, group: GroupState, rule: string, reason: string): Assignment => {
    const burst = group.size <= 2 ? findBurst(member, memory, catalogue) : null;
    if (burst === null) {
      memory.countOrdinary(member.facts);
      return { event: member.event, groupId: group.id, rule, reason, moved: [] };
    }
    const target = memory.openFor(burst.members);
    memory.describe(target, burst.kind, burst.subject);
    const moved = burst.members.filter((other) => memory.groupOf(other.event) !== target);
    for (const other of moved) {
      memory.move(other, target);
    }
    const found = {
      event: member.event,
      groupId: target.id,
      rule: `${burst.kind} burst`,
      reason: burst.reason,
      moved: moved.map((other) => other.event),
    };
    return gatherNodes(found, target, memory);
  };
  return {
    add,
    group: (id) => memory.groups.get(id) ?? null,
    root: (id) => {
      const group = memory.groups.get(id);
      return group === undefined ? null : (rootOf(group)?.event ?? null);
    },
    merge: (into, from) => mergeGroups(memory, into, from),
    split: (id, events) => splitGroup(memory, id, events),
    state: () => memory.state(),
  };
}

function firstKind({ facts }: Member): GroupState["kind"] {
  return facts.source === "alert" ? "alone" : facts.source;
}

function subjectOf({ facts }: Member): string {
  if (facts.source === "ticket") {
    return facts.site ?? facts.name;
  }
  return facts.source === "outage" ? facts.name.replace(/^ssb-/, "") : facts.name;
}

/** Storms of single nodes that went together become one. */
function gatherNodes(found: Assignment, group: GroupState, memory: Memory): Assignment {
  const rack = findRack(group, memory);
  if (rack === null) {
    return found;
  }
  const moved = [...found.moved, ...rack.others.flatMap(({ members }) => members.map(({ event }) => event))];
  for (const other of rack.others) {
    memory.absorb(other, rack.into);
  }
  memory.describe(rack.into, "nodes", rack.subject);
  rack.into.touched = [...rack.nodes];
  return { ...found, groupId: rack.into.id, rule: "several nodes", reason: rack.reason, moved };
}

/** An intervention that shows its first effect takes the losses just before with it. */
function gatherLosses(member: Member, group: GroupState, memory: Memory): readonly number[] {
  const outage = group.members.find((other) => other.facts.outage !== null)?.facts.outage ?? null;
  if (outage === null) {
    return [];
  }
  const named = outage.system === "network" ? outage.nodes : outage.services;
  const losses = named.length > 0 ? [] : freshLosses({ memory, t: member.t }, outage.startsAt);
  const moved = losses.filter((other) => memory.groupOf(other.event) !== group);
  for (const other of moved) {
    memory.move(other, group);
  }
  for (const other of [...moved, member]) {
    const key = keyFor(outage.system, other.facts);
    if (key !== null && !group.touched.includes(key) && group.touched.length < 500) {
      group.touched.push(key);
    }
  }
  return moved.map((other) => other.event);
}
