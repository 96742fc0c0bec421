import type { LedgerEntry } from "./silence-types.ts";

/** A word to the owner that a silence is about to end. */
export interface SilenceReminder {
  /** One per silence and end: one that was extended is announced again. */
  readonly key: string;
  readonly entry: LedgerEntry;
  /** Milliseconds until it ends. */
  readonly left: number;
}

/**
 * Which owners are to be reminded now. Only silences that people made themselves, and none that is shorter than twice the
 * notice: its owner still knows.
 * @param notice how long before the end, in milliseconds
 * @param sent keys of the reminders that were sent already
 */
export function dueReminders(
  entries: readonly LedgerEntry[],
  now: Date,
  notice: number,
  sent: ReadonlySet<string>,
): readonly SilenceReminder[] {
  return entries
    .filter((entry) => entry.purpose === "manual" && entry.endedAt === null)
    .filter((entry) => entry.endsAt.getTime() - entry.startsAt.getTime() >= 2 * notice)
    .map((entry) => ({
      key: `${entry.silenceId} ${entry.endsAt.toISOString()}`,
      entry,
      left: entry.endsAt.getTime() - now.getTime(),
    }))
    .filter(({ key, left }) => left > 0 && left <= notice && !sent.has(key))
    .sort((first, second) => first.left - second.left);
}
