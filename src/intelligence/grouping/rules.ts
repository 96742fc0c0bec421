import { outageRule } from "./outage-rule.ts";
import { nodesOf } from "./rack.ts";
import type { Match, Rule, View } from "./rule.ts";
import type { Firing, GroupState } from "./types.ts";

const MINUTE = 60;
const HOUR = 3600;
/** The same alert again within this time is the same problem. */
const SOON = 60 * MINUTE;

/** Tickets of one site in quick succession about the same thing are one outage told by several people. */
const ticketRule: Rule = {
  name: "site tickets",
  match({ t, facts, memory }) {
    if (facts.source !== "ticket" || facts.site === null) {
      return null;
    }
    for (const group of memory.ofKind("ticket")) {
      const inTime = t - group.lastAt <= 4 * HOUR && t - group.openedAt <= 12 * HOUR;
      if (group.subject !== facts.site || !inTime) {
        continue;
      }
      const host = facts.hosts.find((name) => group.members.some((member) => member.facts.hosts.includes(name)));
      const about = group.members.some((member) => member.facts.topic === facts.topic) ? facts.topic : null;
      if (facts.topic === "administrative" || group.members[0]?.facts.topic === "administrative") {
        continue;
      }
      if (host !== undefined || (about !== null && about !== "unknown")) {
        const what = host ?? `${about}`;
        return { group, reason: `another ticket about ${what} at ${facts.site} within 4 hours` };
      }
    }
    return null;
  },
};

/** A label set that fires again and again at its own pace. */
const flapRule: Rule = {
  name: "flapping",
  match(view) {
    const { firings, group } = lastFirings(view);
    if (group === undefined || !["alone", "repeat"].includes(group.kind) || firings.length < 3 || group.size < 3) {
      return null;
    }
    const gap = view.t - (firings.at(-1)?.t ?? 0);
    const largest = Math.max(...gapsOf(firings).slice(-10));
    return gap <= Math.min(6 * HOUR, Math.max(15 * MINUTE, 1.7 * largest))
      ? { group, reason: `the same alert for the ${group.size + 1}th time, ${minutes(gap)} after the last` }
      : null;
  },
};

/** Everything on a node that has just gone, while alerts keep coming. */
const nodeRule: Rule = {
  name: "node storm",
  match({ t, facts, memory }) {
    if (facts.source !== "alert" || facts.node === null || facts.isForeboding) {
      return null;
    }
    for (const group of [...memory.ofKind("node"), ...memory.ofKind("nodes")]) {
      if (nodesOf(group).includes(facts.node) && t - group.lastAt <= 3 * MINUTE && t - group.openedAt <= 20 * MINUTE) {
        return { group, reason: `on ${facts.node}, where ${group.size} other alerts fired in the last minutes` };
      }
    }
    return null;
  },
};

/** Losses all over, while they keep coming. */
const networkRule: Rule = {
  name: "network storm",
  match({ t, facts, memory }) {
    if (facts.source !== "alert" || !facts.isLoss || facts.node === null) {
      return null;
    }
    for (const group of memory.ofKind("network")) {
      if (t - group.lastAt <= stormGap(group) && t - group.openedAt <= 2 * HOUR) {
        return { group, reason: `one more loss while ${group.size} came at once all over` };
      }
    }
    return null;
  },
};

/** A service in trouble and those that depend on it, while alerts keep coming. */
const serviceRule: Rule = {
  name: "service storm",
  match({ t, facts, memory, catalogue }) {
    if (facts.source !== "alert" || facts.service === null) {
      return null;
    }
    for (const group of memory.ofKind("service")) {
      if (t - group.lastAt > stormGap(group) || t - group.openedAt > 2 * HOUR) {
        continue;
      }
      if (group.subject === facts.service) {
        return {
          group,
          reason: `${facts.service} is in trouble: ${group.size} alerts since ${minutes(t - group.openedAt)}`,
        };
      }
      if (catalogue.dependents(group.subject).some((service) => service.name === facts.service)) {
        return { group, reason: `${facts.service} depends on ${group.subject}, which is in trouble` };
      }
    }
    return null;
  },
};

/** The same label set once more, soon or at a steady pace. */
const againRule: Rule = {
  name: "again",
  match(view) {
    const { firings, group } = lastFirings(view);
    if (group === undefined || !["alone", "repeat"].includes(group.kind)) {
      return null;
    }
    const gap = view.t - (firings.at(-1)?.t ?? 0);
    if (gap <= SOON) {
      return { group, reason: `the same alert again after ${minutes(gap)}` };
    }
    const before = gapsOf(firings).at(-1);
    const steady =
      before !== undefined && gap <= 6 * HOUR && before <= 6 * HOUR && gap / before < 2 && before / gap < 2;
    if (!steady) {
      return null;
    }
    const absorbs = earlierFiring(firings, group, view);
    return {
      group,
      reason: `the same alert at a steady pace of ${minutes(gap)}`,
      ...(absorbs === null ? {} : { absorbs }),
    };
  },
};

/** The firing before the last one, while it is still alone: the pace shows only now that they belong together. */
function earlierFiring(firings: readonly Firing[], group: GroupState, { memory }: View): GroupState | null {
  const before = firings.at(-2);
  const alone = before === undefined ? undefined : memory.groups.get(before.groupId);
  return alone !== undefined && alone !== group && alone.kind === "alone" && alone.size === 1 ? alone : null;
}

function lastFirings({ memory, facts }: View) {
  const firings = memory.identities.get(facts.identity) ?? [];
  const last = firings.at(-1);
  return { firings, group: last === undefined ? undefined : memory.groups.get(last.groupId) };
}

/** First rule that fits wins; the order says which evidence is stronger. */
export const RULES: readonly Rule[] = [ticketRule, flapRule, nodeRule, serviceRule, outageRule, networkRule, againRule];

/** The first rule that fits, with its name. */
export function firstMatch(view: View, rules: readonly Rule[] = RULES): (Match & { rule: string }) | null {
  for (const rule of rules) {
    const match = rule.match(view);
    if (match !== null) {
      return { ...match, rule: rule.name };
    }
  }
  return null;
}

/** Silence that ends a storm: many times its own pace, so that the next ordinary alert is not taken for a straggler. */
function stormGap(group: GroupState): number {
  const latest = group.members.slice(-20);
  const span = (latest.at(-1)?.t ?? 0) - (latest[0]?.t ?? 0);
  const pace = span / Math.max(1, latest.length - 1);
  return Math.min(10 * MINUTE, Math.max(2 * MINUTE, 8 * pace));
}

function gapsOf(firings: readonly Firing[]): readonly number[] {
  return firings.slice(1).map((firing, index) => firing.t - (firings[index]?.t ?? firing.t));
}

function minutes(seconds: number): string {
  return seconds < 2 * MINUTE ? `${Math.round(seconds)} s` : `${Math.round(seconds / MINUTE)} min`;
}
