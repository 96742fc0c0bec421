import fc from "fast-check";
import { DateTime, Interval } from "luxon";
import { describe, expect, it } from "vitest";
import { nthShift, shiftAt, shiftsBetween } from "../../src/oncall/rotation.ts";
import { at, rotation, ZURICH } from "./samples.ts";

describe("a rotation", () => {
  it("hands over on its day at its local time", () => {
    expect(shiftAt(rotation(), ZURICH, at("2026-01-12T08:59:59+01:00"))?.person).toBe("ada");
    expect(shiftAt(rotation(), ZURICH, at("2026-01-12T09:00:00+01:00"))).toEqual({
      index: 1,
      person: "bob",
      from: at("2026-01-12T09:00:00+01:00"),
      to: at("2026-01-19T09:00:00+01:00"),
    });
  });

  it("keeps its local time when the clocks change: a week of 167 and one of 169 hours", () => {
    const hoursOf = (moment: string) => {
      const shift = shiftAt(rotation(), ZURICH, at(moment));
      return shift === null ? 0 : (shift.to.getTime() - shift.from.getTime()) / 3_600_000;
    };
    expect(hoursOf("2026-03-29T12:00:00+02:00")).toBe(167);
    expect(hoursOf("2026-10-25T12:00:00+01:00")).toBe(169);
    expect(shiftAt(rotation(), ZURICH, at("2026-03-30T09:00:00+02:00"))?.from).toEqual(at("2026-03-30T09:00:00+02:00"));
  });

  it("hands over an hour later where the clocks skip its time, and the first time where they show it twice", () => {
    const nightly = rotation({ every: "1d", handoff: { day: "monday", time: "02:30" } });
    expect(shiftAt(nightly, ZURICH, at("2026-03-29T12:00:00+02:00"))?.from).toEqual(at("2026-03-29T03:30:00+02:00"));
    expect(shiftAt(nightly, ZURICH, at("2026-03-30T12:00:00+02:00"))?.from).toEqual(at("2026-03-30T02:30:00+02:00"));
    expect(shiftAt(nightly, ZURICH, at("2026-10-25T12:00:00+01:00"))?.from).toEqual(at("2026-10-25T02:30:00+02:00"));
  });

  it("begins at the first handoff day from its start on, and has nobody before", () => {
    const later = rotation({ starts: "2026-01-07" });
    expect(shiftAt(later, ZURICH, at("2026-01-12T08:59:00+01:00"))).toBeNull();
    expect(shiftAt(later, ZURICH, at("2026-01-12T09:00:00+01:00"))?.person).toBe("ada");
  });

  it("ends on its last day, within a shift too", () => {
    const short = rotation({ ends: "2026-01-14" });
    expect(shiftAt(short, ZURICH, at("2026-01-14T08:59:00+01:00"))?.to).toEqual(at("2026-01-14T09:00:00+01:00"));
    expect(shiftAt(short, ZURICH, at("2026-01-14T09:00:00+01:00"))).toBeNull();
    expect(nthShift(short, ZURICH, 2)).toBeNull();
    expect(nthShift(short, ZURICH, -1)).toBeNull();
  });
});

const anyRotation = fc
  .record({
    people: fc.uniqueArray(fc.constantFrom("ada", "bob", "cy", "dan", "eve"), { minLength: 1 }),
    length: fc.integer({ min: 1, max: 20 }),
    unit: fc.constantFrom("d", "w"),
    day: fc.constantFrom("monday" as const, "thursday" as const, "sunday" as const),
    // No time that a clock change skips or repeats: there the library goes its own ways.
    hour: fc.constantFrom("00:00", "04:00", "09:00", "17:30", "23:59"),
    starts: fc.date({ min: new Date("2019-01-01"), max: new Date("2027-12-31"), noInvalidDate: true }),
  })
  .map(({ people, length, unit, day, hour, starts }) =>
    rotation({
      people,
      every: `${length}${unit}`,
      starts: starts.toISOString().slice(0, 10),
      handoff: { day, time: hour },
    }),
  );
const zones = fc.constantFrom(ZURICH, "America/Chicago", "Asia/Tokyo", "Australia/Lord_Howe", "UTC");

describe("any rotation, against the calendar library's own splitting of time", () => {
  it("has the library's shifts, in the order of its people", () => {
    fc.assert(
      fc.property(anyRotation, zones, fc.integer({ min: 1, max: 60 }), (one, zone, count) => {
        const first = nthShift(one, zone, 0);
        const start = DateTime.fromJSDate(first?.from ?? new Date(), { zone });
        expect(start.toFormat("HH:mm")).toBe(one.handoff.time);
        const days = Number(one.every.slice(0, -1)) * (one.every.endsWith("w") ? 7 : 1);
        const pieces = Interval.fromDateTimes(start, start.plus({ days: days * count })).splitBy({ days });
        const shifts = shiftsBetween(one, zone, start.toJSDate(), start.plus({ days: days * count }).toJSDate());
        expect(shifts.map(({ from, to }) => [from, to])).toEqual(
          pieces.map((piece) => [piece.start?.toJSDate(), piece.end?.toJSDate()]),
        );
        expect(shifts.map(({ person }) => person)).toEqual(
          pieces.map((_, index) => one.people[index % one.people.length]),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("has exactly one shift at every moment from its begin on: no gap, no overlap", () => {
    fc.assert(
      fc.property(anyRotation, zones, fc.integer({ min: 0, max: 3 * 365 * 86_400 }), (one, zone, seconds) => {
        const begin = nthShift(one, zone, 0)?.from ?? new Date();
        const moment = new Date(begin.getTime() + seconds * 1000);
        const shift = shiftAt(one, zone, moment);
        expect(shift).not.toBeNull();
        expect(shiftsBetween(one, zone, moment, new Date(moment.getTime() + 1))).toEqual([shift]);
        const next = nthShift(one, zone, (shift?.index ?? 0) + 1);
        expect(next?.from).toEqual(shift?.to);
      }),
      { numRuns: 200 },
    );
  });
});
