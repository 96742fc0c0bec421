import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCalendar } from "../../../src/oncall/calendar/read.ts";
import { writeCalendar } from "../../../src/oncall/calendar/write.ts";
import { coverage } from "../../../src/oncall/coverage.ts";
import { NO_EXCEPTIONS } from "../../../src/oncall/turn.ts";
import { at, rotation, schedule, ZURICH } from "../samples.ts";

const plan = schedule();
const range = { from: at("2026-01-01T00:00:00Z"), to: at("2027-01-01T00:00:00Z") };
const options = { people: plan.people, zone: ZURICH, range };

function calendar(...events: readonly string[]): string {
  const bodies = events.map((body) => `BEGIN:VEVENT\nDTSTAMP:20260101T000000Z\n${body}\nEND:VEVENT`);
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", ...bodies, "END:VCALENDAR"]
    .join("\n")
    .replaceAll("\n", "\r\n");
}

function read(...events: readonly string[]) {
  const { events: found, problems } = readCalendar(calendar(...events), options);
  return { shifts: found.map(({ person, from, to }) => [person, from.toISOString(), to.toISOString()]), problems };
}

describe("a calendar that is read", () => {
  it("gives an event to the attendee whose address is known, before the name in the title", () => {
    const event =
      "UID:1\nSUMMARY:bob for the others\nATTENDEE;CN=Ada:mailto:Ada@Example.org\nDTSTART:20260106T080000Z\nDTEND:20260107T080000Z";
    expect(read(event).shifts).toEqual([["ada", "2026-01-06T08:00:00.000Z", "2026-01-07T08:00:00.000Z"]]);
  });

  it("finds a name as a word of the title, and says which event names nobody", () => {
    const span = "DTSTART:20260106T080000Z\nDTEND:20260106T100000Z";
    const found = read(`UID:1\nSUMMARY:On call: Bob\n${span}`, `UID:2\nSUMMARY:Bobsleigh\n${span}`);
    expect(found.shifts.map(([person]) => person)).toEqual(["bob"]);
    expect(found.problems).toEqual(['"Bobsleigh" names nobody of the schedule']);
  });

  it("takes all-day events as days of the calendar's zone, over the change to summer time", () => {
    const event = "UID:1\nSUMMARY:cy\nDTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260330";
    expect(read(event).shifts).toEqual([["cy", "2026-03-27T23:00:00.000Z", "2026-03-29T22:00:00.000Z"]]);
  });

  it("repeats on the clock of the event's zone, without cancelled, left out and moved occurrences", () => {
    const series =
      "UID:1\nSUMMARY:ada\nDTSTART;TZID=Europe/Zurich:20260316T090000\nDTEND;TZID=Europe/Zurich:20260316T170000\nRRULE:FREQ=WEEKLY;COUNT=5\nEXDATE;TZID=Europe/Zurich:20260323T090000";
    const moved =
      "UID:1\nSUMMARY:bob\nRECURRENCE-ID;TZID=Europe/Zurich:20260406T090000\nDTSTART;TZID=Europe/Zurich:20260407T090000\nDTEND;TZID=Europe/Zurich:20260407T170000";
    expect(
      read(series, moved, "UID:3\nSUMMARY:cy\nSTATUS:CANCELLED\nDTSTART:20260316T090000Z\nDTEND:20260316T100000Z")
        .shifts,
    ).toEqual([
      ["ada", "2026-03-16T08:00:00.000Z", "2026-03-16T16:00:00.000Z"],
      ["ada", "2026-03-30T07:00:00.000Z", "2026-03-30T15:00:00.000Z"],
      ["ada", "2026-04-13T07:00:00.000Z", "2026-04-13T15:00:00.000Z"],
      ["bob", "2026-04-07T07:00:00.000Z", "2026-04-07T15:00:00.000Z"],
    ]);
  });

  it("puts times without a zone into the calendar's, also the last hour of a day", () => {
    const floating = "UID:1\nSUMMARY:ada\nDTSTART:20260106T234500\nDTEND:20260107T003000";
    const quoted =
      'UID:2\nSUMMARY:bob\nDTSTART;TZID="America/Chicago":20260106T174500\nDTEND;TZID="America/Chicago":20260106T183000';
    expect(read(floating, quoted).shifts).toEqual([
      ["ada", "2026-01-06T22:45:00.000Z", "2026-01-06T23:30:00.000Z"],
      ["bob", "2026-01-06T23:45:00.000Z", "2026-01-07T00:30:00.000Z"],
    ]);
  });

  it("refuses what is no calendar, is too large or repeats by the minute", () => {
    expect(() => readCalendar("<html>", options)).toThrow(/not a calendar/);
    expect(() => readCalendar(`BEGIN:VCALENDAR${" ".repeat(5_000_001)}`, options)).toThrow(/at most 5000000 are read/);
    const event = "UID:1\nSUMMARY:ada\nDTSTART:20260316T090000Z\nDTEND:20260316T100000Z\nRRULE:FREQ=MINUTELY";
    expect(read(event)).toEqual({
      shifts: [],
      problems: ['"ada" is not used: it repeats more often than daily, or by an unknown rule (FREQ=MINUTELY)'],
    });
  });
});

describe("any weekly rotation", () => {
  const day = fc.integer({ min: 0, max: 364 }).map((days) => new Date(Date.UTC(2025, 0, 6 + 7 * Math.floor(days / 7))));
  const anyRotation = fc.record({
    people: fc.uniqueArray(fc.constantFrom("ada", "bob", "cy", "boss"), { minLength: 1 }),
    starts: day.map((date) => date.toISOString().slice(0, 10)),
    weeks: fc.integer({ min: 1, max: 3 }),
    time: fc.constantFrom("00:00", "01:30", "09:00", "23:45"),
  });

  it("covers the year as the same turns written as repeating events do, read by the calendar library", () => {
    fc.assert(
      fc.property(anyRotation, ({ people, starts, weeks, time }) => {
        const rosters = (role: object) => [{ name: "all", default: true, roles: { primary: role } }];
        const rotating = schedule({
          rosters: rosters({
            rotation: rotation({ people, starts, every: `${weeks}w`, handoff: { day: "monday", time } }),
          }),
        });
        const local = (days: number) => {
          const date = new Date(Date.parse(starts) + days * 86_400_000).toISOString().slice(0, 10);
          return `${date.replaceAll("-", "")}T${time.replace(":", "")}00`;
        };
        const events = people.map((person, index) =>
          [
            `UID:${index}`,
            `SUMMARY:${person}`,
            `DTSTART;TZID=${ZURICH}:${local(index * weeks * 7)}`,
            `DTEND;TZID=${ZURICH}:${local((index + 1) * weeks * 7)}`,
            `RRULE:FREQ=WEEKLY;INTERVAL=${weeks * people.length}`,
          ].join("\n"),
        );
        const year = { from: at("2026-02-01T00:00:00Z"), to: at("2026-12-01T00:00:00Z") };
        const shifts = readCalendar(calendar(...events), { people: rotating.people, zone: ZURICH, range: year });
        const listed = schedule({ rosters: rosters({ calendar: { file: "shifts.ics" } }) });
        const byRotation = coverageOf(rotating, NO_EXCEPTIONS, year);
        const byCalendar = coverageOf(listed, { overrides: [], calendars: new Map([["all", shifts.events]]) }, year);
        expect(byCalendar).toEqual(byRotation);
      }),
      { numRuns: 15 },
    );
  });
});

function coverageOf(of: typeof plan, exceptions: typeof NO_EXCEPTIONS, span: typeof range) {
  const [roster] = of.rosters;
  return roster === undefined
    ? []
    : coverage(of, roster, "primary", exceptions, span).map(({ person, from, to }) => [person, from, to]);
}

describe("a calendar that is written", () => {
  it("reads back as the same shifts, gaps named, lines no longer than 75 octets", () => {
    const [, dbs] = plan.rosters;
    const segments = dbs === undefined ? [] : coverage(plan, dbs, "primary", NO_EXCEPTIONS, range);
    const text = writeCalendar("on call; all, of it", [{ key: "dbs", segments }], at("2026-01-01T00:00:00Z"));
    const back = readCalendar(text, { ...options, zone: "UTC" });
    expect(back.events).toEqual(
      segments.flatMap(({ person, from, to }) => (person === null ? [] : [{ person, from, to }])),
    );
    expect(back.problems).toEqual(['"NOBODY on call for dbs" names nobody of the schedule']);
    expect(text.split("\r\n").every((line) => Buffer.byteLength(line) <= 75)).toBe(true);
    expect(text).toContain("X-WR-CALNAME:on call\\; all\\, of it");
  });

  it("keeps any title whole", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 }), (because) => {
        const segment = { person: "ada", because, source: "rotation" as const, ...range };
        const text = writeCalendar("x", [{ key: "dbs", segments: [segment] }], range.from);
        expect(text.split("\r\n").every((line) => Buffer.byteLength(line) <= 75)).toBe(true);
        expect(readCalendar(text, { ...options, zone: "UTC" }).events).toHaveLength(1);
      }),
    );
  });
});
