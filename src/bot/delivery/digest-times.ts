import type { Config } from "../../config/schema.ts";
import { WEEKDAYS } from "../../oncall/schema.ts";
import { addDays, atWallTime, localDay, weekdayOf } from "../../runtime/wall-time.ts";

/** A digest that is due. */
export interface DueDigest {
  readonly length: "day" | "week";
  readonly at: Date;
}

/** A digest that comes later than this is none any more: the next one tells of it. */
const LATEST = 6 * 3_600_000;

/** The digests whose time has come within the last hours; the same one has the same time at every look. */
export function dueDigests({ daily, weekly, timezone }: Config["slack"]["digest"], now: Date): readonly DueDigest[] {
  const time = daily === "off" ? "08:00" : daily;
  const today = localDay(now, timezone);
  return [addDays(today, -1), today].flatMap((day): readonly DueDigest[] => {
    const at = atWallTime(day, time, timezone);
    if (at > now || now.getTime() - at.getTime() > LATEST) {
      return [];
    }
    const isWeekly = weekly === WEEKDAYS[weekdayOf(day)];
    return [
      ...(daily === "off" ? [] : [{ length: "day", at } as const]),
      ...(isWeekly ? [{ length: "week", at } as const] : []),
    ];
  });
}
