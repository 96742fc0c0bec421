import { createHash } from "node:crypto";
import { type Clock, steadyTime } from "../alert/clock.ts";
import type { Ticket, TicketSystem } from "../alert/ticket.ts";
import { type LinkedIssue, linkTickets, type UndonePair } from "./link.ts";
import type { TicketMemory } from "./sync-source.ts";
import { SYSTEMS } from "./systems.ts";

/** A person's word that two tickets do not belong together, as the store keeps it. */
export interface WrongLink {
  /** Keys of both tickets with a space between them. */
  readonly subject: string;
  readonly revokedAt: Date | null;
}

/** Which open tickets belong together, over all systems. */
export interface LinkIndex {
  /** Looks again when something may have changed; links again only when tickets or undone links have. */
  update(): Promise<void>;
  /** Says that tickets have changed. */
  markStale(): void;
  issues(): readonly LinkedIssue[];
  /** Keys (`system/id`) of the other tickets of the same issue, the oldest 20 of them; the same list until linked again. */
  linkedWith(ticket: Pick<Ticket, "system" | "id">): readonly string[];
}

/** The subject under which a wrong link is kept; the same for either order. */
export function wrongLinkSubject(left: string, right: string): string {
  return [left, right].sort().join(" ");
}

/** Pairs that are to stay apart, out of what people have said. */
export function undonePairs(wrong: readonly WrongLink[]): readonly UndonePair[] {
  return wrong.flatMap(({ subject, revokedAt }) => {
    const [left, right] = subject.split(" ");
    return revokedAt !== null || left === undefined || right === undefined ? [] : [[left, right] as const];
  });
}

/** After so long it looks again even when it was not told of a change: people may have undone a link elsewhere. */
const STALE_AFTER = 600_000;
const MAX_LINKED = 20;
const ALONE: readonly string[] = [];

export function createLinkIndex(
  memory: TicketMemory,
  wrongLinks: () => Promise<readonly WrongLink[]>,
  clock: Clock,
): LinkIndex {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let digest = "";
  let issues: readonly LinkedIssue[] = [];
  let othersOf: ReadonlyMap<string, readonly string[]> = new Map();
  return {
    markStale() {
      lookedAt = Number.NEGATIVE_INFINITY;
    },
    async update() {
      if (steadyTime(clock) - lookedAt < STALE_AFTER) {
        return;
      }
      lookedAt = steadyTime(clock);
      const systems = Object.keys(SYSTEMS) as TicketSystem[];
      const open = (await Promise.all(systems.map((system) => memory.open(system)))).flat();
      const tickets = open.map(({ ticket }) => ticket);
      const undone = undonePairs(await wrongLinks());
      const next = digestOf(tickets, undone);
      if (next === digest) {
        return;
      }
      digest = next;
      issues = linkTickets(tickets, undone);
      othersOf = new Map(
        issues.flatMap(({ tickets: members }) => {
          const oldest = members.slice(0, MAX_LINKED + 1).map(keyOf);
          return members.map(keyOf).map((own) => {
            const others = oldest.filter((key) => key !== own).slice(0, MAX_LINKED);
            return [own, others] as const;
          });
        }),
      );
    },
    issues: () => issues,
    linkedWith: (ticket) => othersOf.get(keyOf(ticket)) ?? ALONE,
  };
}

function keyOf({ system, id }: Pick<Ticket, "system" | "id">): string {
  return `${system}/${id}`;
}

function digestOf(tickets: readonly Ticket[], undone: readonly UndonePair[]): string {
  const hash = createHash("sha256").update(JSON.stringify(undone));
  for (const ticket of tickets) {
    hash.update(`${keyOf(ticket)} ${ticket.updatedAt?.getTime()} ${ticket.subject} ${ticket.description.length}\n`);
  }
  return hash.digest("hex");
}
