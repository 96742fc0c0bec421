import type { Catalogue } from "../../config/catalogue.ts";
import type { Memory } from "./memory.ts";
import { poissonTail } from "./poisson.ts";
import type { Member } from "./types.ts";

const WINDOW = 180;
const CHANCE = 1e-5;
const NODE_RATE = 0.3;
const SERVICE_RATE = 0.5;
const LOSS_RATE = 4;

/** Events that turned out to be one storm, and what it is about. */
export interface Burst {
  readonly kind: "node" | "service" | "network";
  readonly subject: string;
  readonly members: readonly Member[];
  readonly reason: string;
}

/**
 * Looks whether the newest event completes a storm of its node, of its service, of a service that one depends on, or of losses
 * all over.
 */
export function findBurst(newest: Member, memory: Memory, catalogue: Catalogue): Burst | null {
  return nodeBurst(newest, memory) ?? serviceBurst(newest, memory, catalogue) ?? networkBurst(newest, memory);
}

function nodeBurst(newest: Member, memory: Memory): Burst | null {
  const { node } = newest.facts;
  if (node === null || newest.facts.source !== "alert") {
    return null;
  }
  const members = free(memory.recentOf(`node:${node}`, newest.t, WINDOW), memory).filter(
    (member) => !member.facts.isForeboding,
  );
  const distinct = new Set(members.map((member) => member.facts.identity)).size;
  const services = new Set(members.map((member) => member.facts.service)).size;
  const down = members.some((member) => member.facts.isNodeDown);
  const usual = (memory.hourlyRate(`node:${node}`, NODE_RATE) * WINDOW) / 3600;
  if (down && distinct >= 2) {
    return {
      kind: "node",
      subject: node,
      members,
      reason: `${node} is down, and ${distinct - 1} more fired on it within ${WINDOW / 60} min`,
    };
  }
  if (distinct >= 4 && services >= 2 && poissonTail(distinct, usual) < CHANCE) {
    return {
      kind: "node",
      subject: node,
      members,
      reason: `${distinct} alerts of ${services} services on ${node} within ${WINDOW / 60} min`,
    };
  }
  return null;
}

function serviceBurst(newest: Member, memory: Memory, catalogue: Catalogue): Burst | null {
  const { service } = newest.facts;
  if (service === null || newest.facts.source !== "alert") {
    return null;
  }
  for (const subject of [service, ...upstream(service, catalogue)]) {
    const own = free(memory.recentOf(`service:${subject}`, newest.t, WINDOW), memory);
    const distinct = new Set(own.map((member) => member.facts.identity)).size;
    if (distinct < 2) {
      continue;
    }
    const nodes = new Set(own.map((member) => member.facts.node)).size;
    const usual = (memory.hourlyRate(`service:${subject}`, SERVICE_RATE) * WINDOW) / 3600;
    if (distinct >= 4 && nodes >= 3 && poissonTail(distinct, usual) < CHANCE) {
      const members = [...own, ...ofDependents(subject, newest.t, memory, catalogue)];
      return {
        kind: "service",
        subject,
        members,
        reason: `${distinct} alerts of ${subject} on ${nodes} nodes within ${WINDOW / 60} min`,
      };
    }
    const dependents = ofDependents(subject, newest.t, memory, catalogue);
    const all = new Set([...own, ...dependents].map((member) => member.facts.identity)).size;
    const usualAll = usual + dependentRate(subject, memory, catalogue);
    if (all >= 6 && poissonTail(all, usualAll) < CHANCE) {
      return {
        kind: "service",
        subject,
        members: [...own, ...dependents],
        reason: `${distinct} alerts of ${subject} and ${all - distinct} of services that depend on it within ${WINDOW / 60} min`,
      };
    }
  }
  return null;
}

/** Many nodes and services lose something at once, and no node or service explains it: what they share is the network. */
function networkBurst(newest: Member, memory: Memory): Burst | null {
  if (newest.facts.source !== "alert" || !newest.facts.isLoss || newest.facts.isRestart || newest.facts.node === null) {
    return null;
  }
  const members = free(memory.recentOf("loss", newest.t, WINDOW), memory).filter(({ facts }) => facts.node !== null);
  const count = (of: (member: Member) => string | null) => new Set(members.map(of)).size;
  const nodes = count(({ facts }) => facts.node);
  const services = count(({ facts }) => facts.service);
  const usual = (memory.hourlyRate("loss", LOSS_RATE) * WINDOW) / 3600;
  if (nodes < 5 || services < 3 || poissonTail(members.length, usual) >= CHANCE) {
    return null;
  }
  const reason = `${members.length} losses on ${nodes} nodes of ${services} services within ${WINDOW / 60} min, and no node or service explains them`;
  return { kind: "network", subject: "the network", members, reason };
}

/** Only fresh, small groups give their events away: what people have seen as a group stays one. */
function free(members: readonly Member[], memory: Memory): readonly Member[] {
  return members.filter((member) => {
    const group = memory.groupOf(member.event);
    return group !== undefined && group.size <= 2 && (group.kind === "alone" || group.kind === "repeat");
  });
}

function ofDependents(subject: string, t: number, memory: Memory, catalogue: Catalogue): readonly Member[] {
  return catalogue
    .dependents(subject)
    .flatMap((service) => free(memory.recentOf(`service:${service.name}`, t, WINDOW), memory));
}

function dependentRate(subject: string, memory: Memory, catalogue: Catalogue): number {
  const hourly = catalogue
    .dependents(subject)
    .reduce((sum, service) => sum + memory.hourlyRate(`service:${service.name}`, SERVICE_RATE), 0);
  return (hourly * WINDOW) / 3600;
}

/** Services that this one needs, nearest first. */
export function upstream(service: string, catalogue: Catalogue): readonly string[] {
  const found: string[] = [];
  const pending = [service];
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    for (const needed of catalogue.find(name)?.dependsOn ?? []) {
      const canonical = catalogue.find(needed)?.name ?? needed;
      if (!found.includes(canonical) && canonical !== service) {
        found.push(canonical);
        pending.push(canonical);
      }
    }
  }
  return found;
}
