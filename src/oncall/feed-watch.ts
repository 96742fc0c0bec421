import { type FeedParts, type Feeds, readFeeds } from "./feeds.ts";
import type { Schedule } from "./load.ts";

/** The calendars of a schedule, read now and then. */
export interface FeedWatch {
  /** Reads all feeds again; never rejects: what fails is among the problems. */
  refresh(now: Date): Promise<void>;
  /** The newest that could be had; nothing before the first `refresh`. */
  current(): Feeds;
}

/** @param onProblem hears of each problem when it appears, once until it has gone away */
export function createFeedWatch(
  schedule: Schedule,
  parts: FeedParts,
  onProblem: (problem: string) => void = () => {},
): FeedWatch {
  let feeds: Feeds = { calendars: new Map(), problems: [] };
  return {
    async refresh(now) {
      const before = new Set(feeds.problems.map(withoutTimes));
      feeds = await readFeeds(schedule, parts, now).catch((error: Error) => ({
        calendars: feeds.calendars,
        problems: [`calendars cannot be read (${error.message}): those of before are used`],
      }));
      feeds.problems.filter((problem) => !before.has(withoutTimes(problem))).forEach(onProblem);
    },
    current: () => feeds,
  };
}

/** A problem that goes on is the same one, though the age in its text changes. */
function withoutTimes(problem: string): string {
  return problem.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "");
}
