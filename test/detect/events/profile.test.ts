import { describe, expect, it } from "vitest";
import { hourName, hourOfWeekIn } from "../../../src/detect/events/local-hour.ts";
import { fitProfiles, rangeAtHour } from "../../../src/detect/events/profile.ts";
import { synthetic } from "../synthetic.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
/** A Monday, 00:00 UTC. */
const MONDAY = Date.UTC(2026, 2, 2) / 1000;

describe("the hour of the week", () => {
  it("counts from Sunday midnight, in people's time zone, through the changes of the clocks", () => {
    const utc = hourOfWeekIn("UTC");
    expect(utc(MONDAY)).toBe(24);
    expect(hourName(utc(MONDAY + 13 * HOUR))).toBe("Mon 13:00");
    const zurich = hourOfWeekIn("Europe/Zurich");
    // 29 March 2026, 01:00 UTC: 02:00 becomes 03:00.
    const change = Date.UTC(2026, 2, 29, 1) / 1000;
    expect([zurich(change - 1), zurich(change)].map(hourName)).toEqual(["Sun 01:00", "Sun 03:00"]);
    expect(hourName(hourOfWeekIn("Asia/Tokyo")(MONDAY))).toBe("Mon 09:00");
  });

  it("refuses a zone that does not exist", () => {
    expect(() => hourOfWeekIn("Mars/Olympus")).toThrow(RangeError);
  });
});

describe("what is ordinary of a metric", () => {
  const weekdays = (days: number) =>
    synthetic(
      days * 24 * 6,
      ["load"],
      (row, _, noise) => {
        const at = row * 600;
        const isWeekend = Math.floor(at / DAY) % 7 >= 5;
        const hour = Math.floor(at / HOUR) % 24;
        return (!isWeekend && hour >= 8 && hour < 18 ? 100 : 10) + noise();
      },
      { step: 600, start: MONDAY },
    );

  it("is told by the hour of the week from three weeks on", () => {
    const [profile] = fitProfiles(weekdays(28), "UTC");
    expect(profile?.hours).toHaveLength(168);
    expect(rangeAtHour(profile ?? none, 24 + 12)?.median).toBeCloseTo(100, 0);
    expect(rangeAtHour(profile ?? none, 6 * 24 + 12)?.median).toBeCloseTo(10, 0);
    expect(profile?.overall?.high).toBeGreaterThan(90);
  });

  it("is told by the hour of the day from three days on, and by nothing before", () => {
    const [threeDays] = fitProfiles(weekdays(4), "UTC");
    expect(threeDays?.hours).toHaveLength(24);
    expect(rangeAtHour(threeDays ?? none, 6 * 24 + 12)).toEqual(rangeAtHour(threeDays ?? none, 24 + 12));
    expect(fitProfiles(weekdays(2), "UTC")[0]?.hours).toEqual([]);
  });

  it("is unknown of a metric without values, and of rows without times has no hours", () => {
    const history = weekdays(28);
    expect(fitProfiles({ ...history, values: history.values.map(() => Number.NaN) }, "UTC")).toEqual([
      { metric: "load", overall: null, hours: [] },
    ]);
    expect(fitProfiles({ ...history, times: null }, "UTC")[0]?.hours).toEqual([]);
  });
});

const none = { metric: "", overall: null, hours: [] };
