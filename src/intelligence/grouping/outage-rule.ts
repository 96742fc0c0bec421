import { poissonTail } from "./poisson.ts";
import type { Rule, View } from "./rule.ts";
import type { Facts } from "./types.ts";

const MINUTE = 60;
const HOUR = 3600;
const EARLY = 5 * MINUTE;
/** An intervention shows its first effect soon after its start, or none. */
const FIRST_EFFECT = 45 * MINUTE;
const OVERTIME = 15 * MINUTE;
const PRIOR_LOSS_RATE = 4;
/** More losses together than this probability of chance are the intervention's. */
const CHANCE = 0.01;

/** Losses during an announced network or database intervention, on what it names or was seen to touch. */
export const outageRule: Rule = {
  name: "intervention",
  match(view) {
    const { facts, memory, t } = view;
    if (facts.source !== "alert" || !facts.isLoss) {
      return null;
    }
    for (const group of memory.ofKind("outage")) {
      const outage = group.members[0]?.facts.outage ?? null;
      if (outage === null || outage.system === "other" || t < outage.startsAt - EARLY || t > outage.endsAt + OVERTIME) {
        continue;
      }
      const key = keyFor(outage.system, facts);
      const named = outage.system === "network" ? outage.nodes : outage.services;
      if (key === null) {
        continue;
      }
      if (named.includes(key)) {
        return { group, reason: `${key} is named by the intervention ${group.subject}` };
      }
      if (outage.system === "network" && hasOwnCause(view, key)) {
        continue;
      }
      if (group.touched.includes(key)) {
        return { group, reason: `${key} was already touched by the intervention ${group.subject}` };
      }
      if (named.length === 0 && isBurst(view, outage.system, outage.startsAt)) {
        return { group, reason: `several losses at once during the intervention ${group.subject}` };
      }
    }
    return null;
  },
};

/** A node that is itself reported as gone has its own storm, unless the intervention names it. */
function hasOwnCause({ memory, t, facts }: View, node: string): boolean {
  return facts.isNodeDown || memory.recentOf(`node:${node}`, t, 15 * MINUTE).some((member) => member.facts.isNodeDown);
}

/** What an intervention touches: nodes for a network, services for a database. */
export function keyFor(system: "network" | "database" | "other", facts: Facts): string | null {
  return system === "network" ? facts.node : facts.service;
}

function isBurst({ memory, t, facts }: View, system: "network" | "database", startsAt: number): boolean {
  if (t > startsAt + FIRST_EFFECT || facts.isRestart) {
    return false;
  }
  const fresh = freshLosses({ memory, t }, startsAt);
  const keys = new Set([...fresh.map((member) => keyFor(system, member.facts)), keyFor(system, facts)]);
  keys.delete(null);
  const usual = (memory.hourlyRate("loss", PRIOR_LOSS_RATE) * 5 * MINUTE) / HOUR;
  return keys.size >= 2 && fresh.length + 1 >= 3 && poissonTail(fresh.length + 1, usual) < CHANCE;
}

/** Losses of the last five minutes that no larger group has claimed. */
export function freshLosses({ memory, t }: Pick<View, "memory" | "t">, startsAt: number) {
  return memory.recentOf("loss", t, 5 * MINUTE).filter((member) => {
    const place = memory.groupOf(member.event);
    const isFree = place !== undefined && (place.size <= 2 || place.kind === "outage");
    return isFree && member.t >= startsAt - EARLY && !member.facts.isRestart;
  });
}
