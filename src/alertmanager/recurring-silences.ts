import { createTask, validateDetailed } from "node-cron";
import type { Alertmanager } from "../alert/alertmanager.ts";
import type { Clock } from "../alert/clock.ts";
import { formatDuration } from "../alert/duration.ts";
import type { Matcher } from "../alert/matcher.ts";
import { SILENCE_MARK } from "../alert/silence.ts";
import { UserError } from "../alert/user-error.ts";
import type { LedgerEntry } from "./silence-types.ts";
import type { Silences } from "./silences.ts";

const MINUTE = 60_000;
/** How far ahead silences are made: people see in Alertmanager what is coming. */
const AHEAD = 3_600_000;
/** Occurrences that are looked at to find their smallest distance. */
const SAMPLE = 50;

/** A silence that comes again, e.g. for a weekly intervention. */
export interface RecurringSilence {
  readonly id: string;
  /** Five fields, `minute hour day month weekday`, when it starts. */
  readonly cron: string;
  /** IANA time zone of the expression. */
  readonly timezone: string;
  /** Milliseconds. */
  readonly length: number;
  readonly matchers: readonly Matcher[];
  readonly owner: string;
  readonly reason: string;
  /** After this no more are made. */
  readonly until: Date | null;
}

/**
 * Checks a recurring silence before it is kept.
 * @throws UserError for a bad expression or time zone, one that would leave no gap, and one longer than `longest`
 */
export function checkRecurring(wish: RecurringSilence, longest: number): void {
  const where = `recurring silence ${wish.id}`;
  const verdict = validateDetailed(wish.cron);
  if (!verdict.valid || wish.cron.trim().split(/\s+/).length !== 5) {
    const fault = verdict.errors[0]?.message ?? "expected 5 fields";
    throw new UserError(
      `"${wish.cron}" is no schedule: ${fault}`,
      where,
      "write it like `0 6 * * 2`: Tuesdays at 6:00",
    );
  }
  if (!isTimezone(wish.timezone)) {
    throw new UserError(`"${wish.timezone}" is no time zone`, where, "write it like Europe/Zurich or UTC");
  }
  if (wish.length < MINUTE || wish.length > longest) {
    throw new UserError(
      `lasts ${formatDuration(wish.length)}`,
      where,
      `it may last from one minute to ${formatDuration(longest)}`,
    );
  }
  const gap = smallestDistance(wish);
  if (gap !== null && gap <= wish.length) {
    throw new UserError(
      `comes every ${formatDuration(gap)} and lasts ${formatDuration(wish.length)}: it would never end`,
      where,
      "make it shorter or rarer",
    );
  }
}

/** Starts of a recurring silence within (after, upTo], to the minute. */
export function occurrences(wish: RecurringSilence, after: Date, upTo: Date): readonly Date[] {
  const task = createTask(wish.cron, () => {}, { timezone: wish.timezone });
  const found: Date[] = [];
  const last = Math.min(upTo.getTime(), wish.until?.getTime() ?? Number.POSITIVE_INFINITY);
  for (let time = (Math.floor(after.getTime() / MINUTE) + 1) * MINUTE; time <= last; time += MINUTE) {
    const start = new Date(time);
    if (task.match(start)) {
      found.push(start);
    }
  }
  Promise.resolve(task.destroy()).catch(() => {});
  return found;
}

/**
 * Makes the silences of recurring ones that start within the next hour, or that should be in force now. To be called every
 * few minutes; what is there already, also ended by a person, is recognised by its comment, so that nothing is made twice.
 */
export function createRecurringSilences(options: {
  readonly alertmanager: Pick<Alertmanager, "silences">;
  readonly silences: Pick<Silences, "add">;
  readonly clock: Clock;
}): (wishes: readonly RecurringSilence[]) => Promise<readonly LedgerEntry[]> {
  return async (wishes) => {
    const now = options.clock();
    const ahead = new Date(now.getTime() + AHEAD);
    const due = wishes.flatMap((wish) =>
      occurrences(wish, new Date(now.getTime() - wish.length), ahead).map((start) => ({ wish, start })),
    );
    if (due.length === 0) {
      return [];
    }
    const held = new Set((await options.alertmanager.silences()).map(({ comment }) => comment));
    const made: LedgerEntry[] = [];
    for (const { wish, start } of due) {
      const endsAt = new Date(start.getTime() + wish.length);
      const reason = `${wish.reason} (recurring ${wish.id}, ${start.toISOString().slice(0, 16)}Z)`;
      const isLeft = endsAt.getTime() - now.getTime() >= MINUTE;
      if (isLeft && !held.has(`${reason} ${SILENCE_MARK}`)) {
        const startsAt = start.getTime() > now.getTime() ? start : now;
        const { matchers, owner } = wish;
        const groupId = `recurring:${wish.id}`;
        made.push(
          await options.silences.add({
            matchers,
            owner,
            reason,
            startsAt,
            endsAt,
            groupId,
            purpose: "recurring",
            evenIfBroad: true,
          }),
        );
      }
    }
    return made;
  };
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function smallestDistance(wish: RecurringSilence): number | null {
  const task = createTask(wish.cron, () => {}, { timezone: wish.timezone });
  const starts = task.getNextRuns(SAMPLE).map((start) => start.getTime());
  Promise.resolve(task.destroy()).catch(() => {});
  const distances = starts.slice(1).map((start, index) => start - (starts[index] ?? start));
  return distances.length === 0 ? null : Math.min(...distances);
}
