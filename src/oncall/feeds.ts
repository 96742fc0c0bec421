import { readFile } from "node:fs/promises";
import type { Address } from "../alert/address.ts";
import type { Store } from "../store/store.ts";
import { readCalendar } from "./calendar-in.ts";
import { roleKey, type Schedule } from "./load.ts";
import type { CalendarSource } from "./schema.ts";
import type { CalendarEvent } from "./turn.ts";

const PREFIX = "oncall-calendar:";
const DAY = 86_400_000;
const BACK = 31 * DAY;
const AHEAD = 400 * DAY;

/** Reads an address as text. @throws Error when it cannot be had */
export type FetchText = (url: Address | string) => Promise<string>;

export interface Feeds {
  /** Shifts by role key, of the newest text that could be had. */
  readonly calendars: ReadonlyMap<string, readonly CalendarEvent[]>;
  /** What people should know: a feed that fails (with the age of what is used instead), events that name nobody. */
  readonly problems: readonly string[];
}

export interface FeedParts {
  /** Keeps the last good texts; null: they are not kept. */
  readonly states: Store["states"] | null;
  readonly fetchText: FetchText;
}

interface Kept {
  readonly text: string;
  readonly at: number;
}

/**
 * Reads the calendars of a schedule. A feed that cannot be had is not an empty one: its last good text is used, kept in
 * the store, and the problem is told.
 */
export async function readFeeds(schedule: Schedule, parts: FeedParts, now: Date): Promise<Feeds> {
  const calendars = new Map<string, readonly CalendarEvent[]>();
  const problems: string[] = [];
  const range = { from: new Date(now.getTime() - BACK), to: new Date(now.getTime() + AHEAD) };
  for (const [key, source] of sourcesOf(schedule)) {
    const zone = source.timezone ?? schedule.timezone;
    const read = (text: string) => readCalendar(text, schedule, zone, range);
    try {
      const text = await textOf(source, parts.fetchText);
      const shifts = read(text);
      await parts.states?.put(PREFIX + key, { text, at: now.getTime() } satisfies Kept);
      calendars.set(key, shifts.events);
      problems.push(...shifts.problems.map((problem) => `calendar of ${key}: ${problem}`));
    } catch (error) {
      const kept = (await parts.states?.get<Kept>(PREFIX + key)) ?? null;
      const instead =
        kept === null ? "there is no earlier one" : `the one of ${new Date(kept.at).toISOString()} is used`;
      problems.push(`calendar of ${key} cannot be read (${(error as Error).message}): ${instead}`);
      calendars.set(key, kept === null ? [] : read(kept.text).events);
    }
  }
  return { calendars, problems };
}

function sourcesOf({ rosters }: Schedule): readonly (readonly [string, CalendarSource])[] {
  return rosters.flatMap((roster) =>
    Object.entries(roster.roles).flatMap(([name, { calendar }]) =>
      calendar === undefined ? [] : [[roleKey(roster, name), calendar] as const],
    ),
  );
}

function textOf({ url, file }: CalendarSource, fetchText: FetchText): Promise<string> {
  return url === undefined ? readFile(file ?? "", "utf8") : fetchText(url);
}
