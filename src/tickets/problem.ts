import type { Ticket } from "../alert/ticket.ts";

/** One fault of outside data: where it is, what is wrong, and whether it cost the record. */
export interface Problem {
  /** Line of the text, counted from 1; null where the data has no lines (an element of a JSON list). */
  readonly line: number | null;
  /** Place in words where lines mean nothing: `record 3`, `results[0].series[0].values[7]`. */
  readonly place: string | null;
  /** Id of the record, when it could be read. */
  readonly id: string | null;
  readonly field: string | null;
  readonly reason: string;
  /** True when the record is not among the tickets because of this. */
  readonly dropped: boolean;
  /** True when the text seems to go on after it: what is missing from it is not gone. */
  readonly isCut?: boolean;
}

/** What a parser gives, one after the other: a ticket with the line it began on, or a problem. */
export type Parsed =
  | { readonly kind: "ticket"; readonly ticket: Ticket; readonly line: number | null }
  | { readonly kind: "problem"; readonly problem: Problem };

/** A problem with what is not said left empty. */
export function problem(reason: string, known: Partial<Omit<Problem, "reason">> = {}): Parsed & { kind: "problem" } {
  return {
    kind: "problem",
    problem: { line: null, place: null, id: null, field: null, dropped: true, ...known, reason },
  };
}

/** One line for people: `tickets.csv:5: Last Update: "2020-02-30" is not a date (ticket 147005, left out)`. */
export function formatProblem(fault: Problem, where: string): string {
  const at = fault.line !== null ? `${where}:${fault.line}` : fault.place !== null ? `${where}: ${fault.place}` : where;
  const field = fault.field === null ? "" : `${fault.field}: `;
  const id = fault.id === null ? "" : `ticket ${fault.id}, `;
  return `${at}: ${field}${fault.reason} (${id}${fault.dropped ? "left out" : "kept"})`;
}

/** A value of outside data for a message: short, on one line; texts in quotes. */
export function quoteValue(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return typeof value === "string" ? JSON.stringify(short) : short;
}
