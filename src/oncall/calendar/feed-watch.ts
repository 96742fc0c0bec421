import type { Schedule } from "../load.ts";
import { type FeedParts, type Feeds, readFeeds } from "./feeds.ts";

/** The calendars of a schedule, read now and then. */
export interface FeedWatch {
  /** Reads all feeds again; never rejects: what fails is among the problems. */
  refresh(now: Date): Promise<void>;
  /** The newest that could be read; before the first `refresh` it waits for one: nobody has a shift that was not read yet. */
  current(now: Date): Promise<Feeds>;
}

/** @param onProblem hears of each problem when it appears, once until it has gone away */
export function createFeedWatch(
  schedule: Schedule,
  parts: FeedParts,
  onProblem: (problem: string) => void = () => {},
): FeedWatch {
  let feeds: Feeds = { calendars: new Map(), problems: [] };
  let first: Promise<void> | null = null;
  const refresh = async (now: Date): Promise<void> => {
    const before = new Set(feeds.problems.map(withoutTimes));
    feeds = await readFeeds(schedule, parts, now, feeds).catch((error: Error) => ({
      calendars: feeds.calendars,
      problems: [`calendars cannot be read (${error.message}): those of before are used`],
    }));
    feeds.problems.filter((problem) => !before.has(withoutTimes(problem))).forEach(onProblem);
  };
  return {
    refresh(now) {
      const run = refresh(now);
      first ??= run;
      return run;
    },
    async current(now) {
      first ??= refresh(now);
      await first;
      return feeds;
    },
  };
}

/** A problem that goes on is the same one, though the age in its text changes. */
function withoutTimes(problem: string): string {
  return problem.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "");
}
