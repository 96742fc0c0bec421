import { readFile } from "node:fs/promises";
import type { Address } from "../../alert/address.ts";
import type { Store } from "../../store/store.ts";
import { roleKey, type Schedule } from "../load.ts";
import type { CalendarSource } from "../schema.ts";
import type { CalendarEvent } from "../turn.ts";
import type { CalendarShifts } from "./read.ts";
import type { ReadShifts } from "./thread.ts";

const PREFIX = "oncall-calendar:";
const DAY = 86_400_000;
const BACK = 31 * DAY;
const AHEAD = 400 * DAY;
const AT_ONCE = 8;

/** Reads an address as text. @throws Error when it cannot be had */
export type FetchText = (url: Address | string) => Promise<string>;

export interface Feeds {
  /** Shifts by role key, of the newest text that could be read; a calendar that never could is not among them. */
  readonly calendars: ReadonlyMap<string, readonly CalendarEvent[]>;
  /** What people should know: a feed that fails (with the age of what is used instead), events that name nobody. */
  readonly problems: readonly string[];
}

export interface FeedParts {
  /** Keeps the last good texts; null: they are not kept. */
  readonly states: Store["states"] | null;
  readonly fetchText: FetchText;
  readonly read: ReadShifts;
}

interface Kept {
  readonly text: string;
  readonly at: number;
}

/**
 * Reads the calendars of a schedule. A feed that cannot be read is not an empty one: its last good text is used, kept in
 * the store, else what was read of it before, and the problem is told.
 * @param before what was read last
 */
export async function readFeeds(schedule: Schedule, parts: FeedParts, now: Date, before?: Feeds): Promise<Feeds> {
  const calendars = new Map<string, readonly CalendarEvent[]>();
  const problems: string[] = [];
  const today = Math.floor(now.getTime() / DAY) * DAY;
  const range = { from: new Date(today - BACK), to: new Date(today + AHEAD) };
  const sources = sourcesOf(schedule);
  for (let start = 0; start < sources.length; start += AT_ONCE) {
    const some = sources.slice(start, start + AT_ONCE);
    const read = await Promise.all(
      some.map(([key, source]) => {
        const options = { people: schedule.people, zone: source.timezone ?? schedule.timezone, range };
        return readFeed(key, source, parts, now, (text) => parts.read(text, options));
      }),
    );
    for (const [index, { events, problems: found }] of read.entries()) {
      const key = some[index]?.[0] ?? "";
      const known = events ?? before?.calendars.get(key);
      if (known !== undefined) {
        calendars.set(key, known);
      }
      problems.push(...found);
    }
  }
  return { calendars, problems };
}

/** @returns null as events where neither the feed nor a kept text can be read */
async function readFeed(
  key: string,
  source: CalendarSource,
  { states, fetchText }: FeedParts,
  now: Date,
  read: (text: string) => Promise<CalendarShifts>,
): Promise<{ readonly events: readonly CalendarEvent[] | null; readonly problems: readonly string[] }> {
  const told = (problem: string) => `calendar of ${key}${problem}`;
  try {
    const text = await textOf(source, fetchText);
    const shifts = await read(text);
    await states?.put(PREFIX + key, { text, at: now.getTime() } satisfies Kept);
    return { events: shifts.events, problems: shifts.problems.map((problem) => told(`: ${problem}`)) };
  } catch (error) {
    const because = told(` cannot be read (${(error as Error).message})`);
    const kept = (await states?.get<Kept>(PREFIX + key)) ?? null;
    const earlier = kept === null ? null : await read(kept.text).catch(() => null);
    return kept === null || earlier === null
      ? { events: null, problems: [`${because}: there is no earlier one`] }
      : {
          events: earlier.events,
          problems: [`${because}: the one of ${new Date(kept.at).toISOString()} is used`],
        };
  }
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
