import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../../src/detect/math/random.ts";
import { fitSeason, slotOf } from "../../../../src/detect/models/ensemble/season.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const STEP = 600;
/** A Monday, 00:00 UTC, four weeks before Europe's clocks go forward. */
const MONDAY = Date.UTC(2026, 2, 2) / 1000;

/** One metric, about standardised, a row every ten minutes. */
function rows(days: number, valueAt: (time: number) => number, from = MONDAY) {
  const count = (days * DAY) / STEP;
  const times = Float64Array.from({ length: count }, (_, row) => from + row * STEP);
  const random = seededRandom(3);
  const z = times.map((time) => valueAt(time) + 0.2 * (random() - 0.5));
  return { z, times };
}

const local = (time: number, zone: string) => {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    weekday: "short",
    hourCycle: "h23",
  });
  const of = Object.fromEntries(parts.formatToParts(new Date(time * 1000)).map(({ type, value }) => [type, value]));
  return { hour: Number(of["hour"]), weekend: of["weekday"] === "Sat" || of["weekday"] === "Sun" };
};
const officeHours = (zone: string) => (time: number) => {
  const { hour, weekend } = local(time, zone);
  return !weekend && hour >= 8 && hour < 18 ? 1.5 : -1;
};
const everyDay = (time: number) => Math.sin((2 * Math.PI * time) / DAY);

function valueAt(season: ReturnType<typeof fitSeason>, time: number): number {
  return season.profile[slotOf(season)(time)] as number;
}

describe("the course of a metric over time", () => {
  it("is that of a day where all days are alike, however long history is", () => {
    for (const days of [5, 40]) {
      const { z, times } = rows(days, everyDay);
      const season = fitSeason(z, 1, times, STEP, "UTC");
      expect(season).toMatchObject({ period: DAY, slots: 48, metrics: [0] });
      expect(valueAt(season, MONDAY + 6 * HOUR)).toBeCloseTo(1, 1);
    }
  });

  it("is that of a week, hour by hour, where three weeks say that weekends are others", () => {
    const { z, times } = rows(28, officeHours("UTC"));
    const season = fitSeason(z, 1, times, STEP, "UTC");
    expect(season).toMatchObject({ period: WEEK, slots: 168 });
    expect(valueAt(season, MONDAY + DAY + 12 * HOUR)).toBeCloseTo(1.5, 1);
    expect(valueAt(season, MONDAY + 5 * DAY + 12 * HOUR)).toBeCloseTo(-1, 1);
    const short = rows(20, officeHours("UTC"));
    expect(fitSeason(short.z, 1, short.times, STEP, "UTC").period).toBe(DAY);
  });

  it("follows people's clocks when summer time begins", () => {
    const { z, times } = rows(56, officeHours("Europe/Zurich"));
    const season = fitSeason(z, 1, times, STEP, "Europe/Zurich");
    expect(season).toMatchObject({ period: WEEK, zone: "Europe/Zurich" });
    // Tuesday 08:00 in Zurich is 07:00 UTC in winter and 06:00 in summer.
    const [winter, summer] = [Date.UTC(2026, 2, 10, 7) / 1000, Date.UTC(2026, 3, 14, 6) / 1000];
    expect(slotOf(season)(winter)).toBe(slotOf(season)(summer));
    expect(valueAt(season, summer)).toBeCloseTo(1.5, 1);
    expect(valueAt(season, summer - HOUR)).toBeCloseTo(-1, 1);
    const utc = fitSeason(z, 1, times, STEP, "UTC");
    expect(utc.spread[0] ?? 0).toBeGreaterThan(2 * (season.spread[0] ?? 1));
  });

  it("is none of values that wander by chance", () => {
    const random = seededRandom(8);
    let level = 0;
    const { z, times } = rows(28, () => {
      level = 0.99 * level + 0.2 * (random() - 0.5);
      return level * 5;
    });
    expect(fitSeason(z, 1, times, STEP, "UTC").period).toBe(0);
  });

  it("is found without times by the usual lengths of a day in rows", () => {
    const { z, times } = rows(10, (time) => Math.sin((2 * Math.PI * time) / DAY));
    const counted = times.map((_, row) => row * 60);
    expect(fitSeason(z, 1, counted, 60, null)).toMatchObject({ period: 144 * 60, zone: null });
    expect(fitSeason(z.subarray(0, 50), 1, counted.subarray(0, 50), 60, null).period).toBe(0);
    expect(fitSeason(new Float64Array(), 1, new Float64Array(), 60, "UTC").period).toBe(0);
  });
});
