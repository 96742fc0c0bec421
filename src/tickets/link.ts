import type { Ticket } from "../alert/ticket.ts";
import { judge, LONGEST_GAP } from "./link/judge.ts";
import { type Traits, traitsOf } from "./link/traits.ts";

/** Two tickets that are about the same thing. Their keys are `system/id`. */
export interface TicketLink {
  readonly left: string;
  readonly right: string;
  /** 0 to 1; 1 when one names the other. */
  readonly score: number;
  readonly reasons: readonly string[];
}

/** One trouble and all tickets about it, the oldest first. */
export interface LinkedIssue {
  /** Key of its oldest ticket. */
  readonly id: string;
  readonly title: string;
  readonly tickets: readonly Ticket[];
  /** The links that brought them together, the surest first. */
  readonly links: readonly TicketLink[];
}

/** Two keys that a person has said do not belong together. */
export type UndonePair = readonly [string, string];

const THRESHOLD = 0.48;
const MAX_PAIRS = 2_000_000;
/** More tickets than this naming the same thing do not make it a reason. */
const MAX_SHARED = 30;

/**
 * Brings tickets of all systems together that are about the same trouble: by references to each other, else by site,
 * host, topic, words and time. Tickets that belong to nothing else are issues of their own. The same tickets give the
 * same issues, whatever their order.
 * @param undone pairs that are never in one issue again, not through others either
 */
export function linkTickets(tickets: readonly Ticket[], undone: readonly UndonePair[] = []): readonly LinkedIssue[] {
  const traits = [...traitsOf(tickets)].sort(byTime);
  const apart = separations(undone);
  const links = [...findReferences(traits), ...findSimilar(traits)].sort(bySureness);
  return toIssues(traits, links, apart);
}

function byTime(left: Traits, right: Traits): number {
  return (left.from ?? 0) - (right.from ?? 0) || compare(left.key, right.key);
}

function bySureness(left: TicketLink, right: TicketLink): number {
  return right.score - left.score || compare(left.left, right.left) || compare(left.right, right.right);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function separations(undone: readonly UndonePair[]): ReadonlyMap<string, ReadonlySet<string>> {
  const apart = new Map<string, Set<string>>();
  for (const [left, right] of undone) {
    apart.set(left, (apart.get(left) ?? new Set()).add(right));
    apart.set(right, (apart.get(right) ?? new Set()).add(left));
  }
  return apart;
}

/** Links of tickets that name each other, or that name the same third one. */
function findReferences(traits: readonly Traits[]): readonly TicketLink[] {
  const byName = new Map(traits.flatMap((one) => one.names.map((name) => [name, one] as const)));
  const namedBy = new Map<string, Traits[]>();
  const links: TicketLink[] = [];
  for (const one of traits) {
    for (const name of one.references) {
      const other = byName.get(name);
      if (other !== undefined && other !== one) {
        links.push(linkOf(one, other, 1, [`${one.key} names ${other.key}`]));
      } else if (other === undefined) {
        namedBy.set(name, [...(namedBy.get(name) ?? []), one]);
      }
    }
  }
  for (const [name, naming] of namedBy) {
    const [first, ...others] = naming;
    if (first !== undefined && naming.length <= MAX_SHARED) {
      links.push(...others.map((other) => linkOf(first, other, 0.9, [`both name ${name}`])));
    }
  }
  return links;
}

/** Links by everything else. Only tickets near in time, or without a time, are compared. */
function findSimilar(traits: readonly Traits[]): readonly TicketLink[] {
  const links: TicketLink[] = [];
  let pairs = 0;
  for (const [index, left] of traits.entries()) {
    for (let next = index + 1; next < traits.length && pairs < MAX_PAIRS; next++) {
      const right = traits[next];
      if (right === undefined || isLater(left, right)) {
        break;
      }
      pairs++;
      const { score, reasons } = judge(left, right);
      if (score >= THRESHOLD) {
        links.push(linkOf(left, right, score, reasons));
      }
    }
  }
  return links;
}

function isLater(left: Traits, right: Traits): boolean {
  return left.to !== null && right.from !== null && right.from - left.to > LONGEST_GAP;
}

function linkOf(one: Traits, other: Traits, score: number, reasons: readonly string[]): TicketLink {
  const [left, right] = one.key < other.key ? [one.key, other.key] : [other.key, one.key];
  return { left, right, score, reasons };
}

interface Group {
  readonly members: string[];
  readonly links: TicketLink[];
}

/** True when a person has set apart one of the one group and one of the other. */
function areSetApart(
  small: Group,
  large: Group,
  groups: ReadonlyMap<string, Group>,
  apart: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  return (
    apart.size > 0 &&
    small.members.some((key) => [...(apart.get(key) ?? [])].some((other) => groups.get(other) === large))
  );
}

/** Joins along the links, the surest first, unless that would bring together what a person has set apart. */
function toIssues(
  traits: readonly Traits[],
  links: readonly TicketLink[],
  apart: ReadonlyMap<string, ReadonlySet<string>>,
): readonly LinkedIssue[] {
  const groups = new Map<string, Group>(traits.map((one) => [one.key, { members: [one.key], links: [] }]));
  for (const link of links) {
    const left = groups.get(link.left);
    const right = groups.get(link.right);
    if (left === undefined || right === undefined || left === right) {
      continue;
    }
    const [small, large] = left.members.length < right.members.length ? [left, right] : [right, left];
    if (!areSetApart(small, large, groups, apart)) {
      large.links.push(link);
      small.links.forEach((joined) => void large.links.push(joined));
      for (const key of small.members) {
        large.members.push(key);
        groups.set(key, large);
      }
    }
  }
  const byKey = new Map(traits.map((one, order) => [one.key, { ticket: one.ticket, order }]));
  return [...new Set(groups.values())].map(({ members, links: joined }) => {
    const found = members.flatMap((key) => byKey.get(key) ?? []).sort((a, b) => a.order - b.order);
    return toIssue(
      found.map(({ ticket }) => ticket),
      joined.toSorted(bySureness),
    );
  });
}

function toIssue(tickets: readonly Ticket[], links: readonly TicketLink[]): LinkedIssue {
  const first = tickets[0];
  const title = tickets.find(({ system }) => system === "ssb") ?? first;
  return { id: `${first?.system}/${first?.id}`, title: title?.subject ?? "", tickets, links };
}
