import type { Ticket } from "../alert/ticket.ts";
import { UserError } from "../alert/user-error.ts";
import type { Parsed, Problem } from "./problem.ts";

/** What an export held: one ticket per id, in the order of the export, and everything that was wrong with it. */
export interface Collection {
  readonly tickets: readonly Ticket[];
  readonly problems: readonly Problem[];
  /** Problems beyond the first thousand, which are counted and not kept. */
  readonly moreProblems: number;
  /** Ids of tickets that are there but could not be read: they are not gone. */
  readonly unreadable: ReadonlySet<string>;
  /** False when it cannot be said which tickets are missing: a record without a readable id was left out, or the text is cut off. */
  readonly isWhole: boolean;
}

const MAX_PROBLEMS = 1000;
/** Far more than any experiment has open; a bound on memory, not a wish. */
const MAX_TICKETS = 500_000;

/**
 * Gathers what a parser gives. Of several tickets with one id the one updated last is kept, the first of equals, and the
 * others are reported unless repeats are usual.
 * @param where file or address, for errors
 * @param repeats true when the same id comes once per change of it
 * @throws UserError beyond half a million tickets, and what the parser throws.
 */
export async function collect(
  parsed: AsyncIterable<Parsed> | Iterable<Parsed>,
  where: string,
  repeats = false,
): Promise<Collection> {
  const tickets = new Map<string, Ticket>();
  const problems: Problem[] = [];
  const unreadable = new Set<string>();
  let problemCount = 0;
  let isWhole = true;
  const report = (fault: Problem) => {
    problemCount++;
    if (problems.length < MAX_PROBLEMS) {
      problems.push(fault);
    }
  };
  for await (const item of parsed) {
    if (item.kind === "problem") {
      report(item.problem);
      isWhole &&= item.problem.isCut !== true && (!item.problem.dropped || item.problem.id !== null);
      if (item.problem.dropped && item.problem.id !== null) {
        unreadable.add(item.problem.id);
      }
      continue;
    }
    const { ticket, line } = item;
    const earlier = tickets.get(ticket.id);
    if (earlier !== undefined && !repeats) {
      const reason = `ticket ${ticket.id} is there more than once: the one updated last is kept`;
      report({ line, place: null, id: ticket.id, field: null, reason, dropped: true });
    }
    if (earlier === undefined || updated(ticket) > updated(earlier)) {
      tickets.set(ticket.id, ticket);
    }
    if (tickets.size > MAX_TICKETS) {
      throw new UserError(`has more than ${MAX_TICKETS} tickets`, where, "narrow the search that it comes from");
    }
  }
  return {
    tickets: [...tickets.values()],
    problems,
    moreProblems: problemCount - problems.length,
    unreadable,
    isWhole,
  };
}

function updated(ticket: Ticket): number {
  return ticket.updatedAt?.getTime() ?? Number.NEGATIVE_INFINITY;
}
