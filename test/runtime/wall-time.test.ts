import { describe, expect, it } from "vitest";
import { occurrences, type RecurringSilence } from "../../src/alertmanager/recurring-silences.ts";
import { atWallTime } from "../../src/runtime/wall-time.ts";

const DAY = 86_400_000;
const STEP = 900_000;
const FROM = Date.UTC(2020, 0, 1);
const DAYS = 3653;
const ZONES =
  "Europe/Zurich Europe/London Europe/Lisbon Europe/Athens Europe/Moscow Europe/Istanbul Europe/Chisinau America/New_York America/Chicago America/Denver America/Los_Angeles America/St_Johns America/Halifax America/Sao_Paulo America/Santiago America/Asuncion America/Havana America/Mexico_City America/Bogota America/Nuuk Atlantic/Azores Africa/Casablanca Africa/Cairo Africa/Johannesburg Asia/Kolkata Asia/Kathmandu Asia/Tehran Asia/Jerusalem Asia/Beirut Asia/Amman Asia/Shanghai Asia/Tokyo Australia/Sydney Australia/Adelaide Australia/Lord_Howe Pacific/Auckland Pacific/Chatham Pacific/Apia Pacific/Norfolk Antarctica/Troll".split(
    " ",
  );

/** What clocks show at a moment, as if it were UTC, by Node.js' own formatter. */
function clockOf(zone: string): (moment: number) => number {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  const known = new Map<number, number>();
  const ask = (moment: number) => {
    const [day, month, year, hour, minute, second] = format
      .format(moment)
      .split(/[/, :]+/)
      .map(Number);
    return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  };
  return (moment) => {
    const shown = known.get(moment) ?? ask(moment);
    known.set(moment, shown);
    return shown;
  };
}

/** Looks at every quarter of an hour: the first that shows the time, else as far after the one before as the time is. */
function slowly(wall: number, clock: (moment: number) => number): number {
  const begin = Math.floor((wall - 1.1 * DAY) / STEP) * STEP;
  let before = begin;
  for (let moment = begin; moment < wall + 1.1 * DAY; moment += STEP) {
    const shown = clock(moment);
    if (shown === wall) {
      return moment;
    }
    if (shown > wall) {
      break;
    }
    before = moment;
  }
  return before + (wall - clock(before));
}

describe("a time by the clock", () => {
  it("is the moment that a slow search finds, in 40 zones and ten years, at every change of clocks", () => {
    let changes = 0;
    for (const zone of ZONES) {
      const clock = clockOf(zone);
      const offset = (moment: number) => clock(moment) - moment;
      for (let day = 0; day < DAYS; day++) {
        const noon = FROM + day * DAY;
        if (offset(noon) === offset(noon + DAY) && day % 500 !== 0) {
          continue;
        }
        changes += 1;
        const date = new Date(noon + offset(noon)).toISOString().slice(0, 10);
        for (const local of [date, new Date(Date.parse(date) + DAY).toISOString().slice(0, 10)]) {
          for (const time of ["00:00", "00:30", "01:00", "01:30", "02:00", "02:15", "02:30", "03:00", "23:30"]) {
            const wall = Date.parse(`${local}T${time}Z`);
            expect({ zone, local, time, at: atWallTime(local, time, zone).getTime() }).toEqual({
              zone,
              local,
              time,
              at: slowly(wall, clock),
            });
          }
        }
      }
    }
    expect(changes).toBeGreaterThan(500);
  }, 120_000);

  it("of a recurring silence is skipped to an hour later in spring, and comes once, at the first, in autumn", () => {
    const nightly: RecurringSilence = {
      id: "backup",
      cron: "30 2 * * *",
      timezone: "Europe/Zurich",
      length: 600_000,
      matchers: [],
      owner: "ada",
      reason: "backup",
      until: null,
    };
    const starts = (from: string, to: string) =>
      occurrences(nightly, new Date(from), new Date(to)).map((start) => start.toISOString().slice(5, 16));
    expect(starts("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z")).toEqual(["03-29T01:30", "03-30T00:30"]);
    expect(starts("2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z")).toEqual(["10-25T00:30", "10-26T01:30"]);
    expect(starts("2026-03-29T01:00:00Z", "2026-03-29T01:29:00Z")).toEqual([]);
    expect(starts("2026-03-29T01:29:00Z", "2026-03-29T01:30:00Z")).toEqual(["03-29T01:30"]);
  });
});
