import { UserError } from "../../alert/user-error.ts";
import type { ReadNotes } from "../../dqm/files/histogram-files.ts";
import type { CommandContext } from "../command.ts";

/** Words separated by commas. */
export function listOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** @throws UserError unless it is a whole number, 0 or more */
export function integerOf(text: string, option: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < 0) {
    throw new UserError(`"${text}" is not a whole number`, option, "give one from 0 on");
  }
  return value;
}

/** Says on standard error what was left out of a file. */
export function sayNotes(notes: ReadNotes, context: Pick<CommandContext, "err">): void {
  for (const problem of notes.problems) {
    context.err(`${problem}\n`);
  }
  if (notes.refused > notes.problems.length) {
    context.err(`… and ${notes.refused - notes.problems.length} more that were left out\n`);
  }
}
