import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readCalendar } from "../../../src/oncall/calendar/read.ts";
import { createCalendarReader, rememberReadings } from "../../../src/oncall/calendar/thread.ts";
import { at, ZURICH } from "../samples.ts";

const folder = new URL("./real/", import.meta.url);
const people = [{ name: "ada", email: "ada@example.org" }, { name: "bob", email: "bob@example.org" }, { name: "cy" }];
const options = { people, zone: ZURICH, range: { from: at("2026-01-01T00:00:00Z"), to: at("2026-12-01T00:00:00Z") } };

function feed(...components: readonly string[]): string {
  const bodies = components.map((body) =>
    body.startsWith("BEGIN:") ? body : `BEGIN:VEVENT\nDTSTAMP:20260101T000000Z\n${body}\nEND:VEVENT`,
  );
  return ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", ...bodies, "END:VCALENDAR", ""]
    .join("\r\n")
    .replace(/\r?\n/g, "\r\n");
}

/** `ada 03-02 08:00Z to 03-02 16:00Z`, in the order of time. */
function shifts(...components: readonly string[]): readonly string[] {
  return readCalendar(feed(...components), options)
    .events.toSorted((a, b) => a.from.getTime() - b.from.getTime())
    .map(({ person, from, to }) => `${person} ${text(from)} to ${text(to)}`);
}

function text(date: Date): string {
  return `${date.toISOString().slice(5, 16).replace("T", " ")}Z`;
}

const problems = (...components: readonly string[]) => readCalendar(feed(...components), options).problems;
const WEEKLY =
  "UID:1\nSUMMARY:ada\nDTSTART;TZID=Europe/Zurich:20260302T090000\nDTEND;TZID=Europe/Zurich:20260302T170000\nRRULE:FREQ=WEEKLY;COUNT=4";

describe("feeds that real calendars make", () => {
  const expected: Record<string, [string, string, string][]> = JSON.parse(
    readFileSync(new URL("expected.json", folder), "utf8"),
  );
  it.each(Object.entries(expected))("%s has the right shifts and no problems", (file, right) => {
    const read = readCalendar(readFileSync(new URL(file, folder), "utf8"), options);
    const found = read.events
      .toSorted((a, b) => a.from.getTime() - b.from.getTime())
      .map(({ person, from, to }) => [person, from.toISOString(), to.toISOString()]);
    const merged: string[][] = [];
    for (const [person = "", from = "", to = ""] of found) {
      // Neighbouring days of one person are one shift in the list of right ones.
      const last = merged.at(-1);
      if (last?.[0] === person && last[2] === from) {
        last[2] = to;
      } else {
        merged.push([person, from, to]);
      }
    }
    expect(merged).toEqual(right.map(([person, from, to]) => [person, iso(from), iso(to)]));
    expect(read.problems).toEqual([]);
  });
});

function iso(text: string): string {
  return new Date(text).toISOString();
}

describe("a series", () => {
  it("changes from an occurrence on, by hours, length and person, until it is changed once more", () => {
    const later =
      "UID:1\nSUMMARY:bob\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Zurich:20260309T090000\nDTSTART;TZID=Europe/Zurich:20260309T100000\nDURATION:PT4H";
    const last =
      "UID:1\nSUMMARY:cy\nRECURRENCE-ID;TZID=Europe/Zurich:20260323T090000\nDTSTART;TZID=Europe/Zurich:20260324T090000\nDTEND;TZID=Europe/Zurich:20260324T100000";
    expect(shifts(WEEKLY, later, last)).toEqual([
      "ada 03-02 08:00Z to 03-02 16:00Z",
      "bob 03-09 09:00Z to 03-09 13:00Z",
      "bob 03-16 09:00Z to 03-16 13:00Z",
      "cy 03-24 08:00Z to 03-24 09:00Z",
    ]);
  });

  it("loses cancelled occurrences, one or all from one on", () => {
    const cancelled = (id: string) =>
      `UID:1\nSTATUS:CANCELLED\nRECURRENCE-ID${id}\nDTSTART;TZID=Europe/Zurich:20260309T090000\nDTEND;TZID=Europe/Zurich:20260309T170000`;
    expect(shifts(WEEKLY, cancelled(";TZID=Europe/Zurich:20260309T090000"))).toHaveLength(3);
    expect(shifts(WEEKLY, cancelled(":20260309T080000Z"))).toHaveLength(3);
    expect(shifts(WEEKLY, cancelled(";RANGE=THISANDFUTURE;TZID=Europe/Zurich:20260309T090000"))).toHaveLength(1);
  });

  it("leaves out days that are written as dates, in UTC or in another zone", () => {
    const out = (line: string) => shifts(`${WEEKLY}\n${line}`).length;
    expect(out("EXDATE;VALUE=DATE:20260309")).toBe(3);
    expect(out("EXDATE:20260309T080000Z")).toBe(3);
    expect(out("EXDATE;TZID=America/New_York:20260309T040000")).toBe(3);
    expect(out("EXDATE;TZID=Europe/Zurich:20260309T090000,20260316T090000")).toBe(2);
  });

  it("of all-day events leaves out and moves days that are written as date-times", () => {
    const daily =
      "UID:1\nSUMMARY:ada\nDTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20260303\nRRULE:FREQ=DAILY;COUNT=3";
    expect(shifts(`${daily}\nEXDATE:20260302T230000Z`)).toEqual([
      "ada 03-01 23:00Z to 03-02 23:00Z",
      "ada 03-03 23:00Z to 03-04 23:00Z",
    ]);
    const moved =
      "UID:1\nSUMMARY:bob\nRECURRENCE-ID;TZID=W. Europe Standard Time:20260303T000000\nDTSTART;VALUE=DATE:20260310";
    expect(shifts(daily, moved)).toEqual([
      "ada 03-01 23:00Z to 03-02 23:00Z",
      "ada 03-03 23:00Z to 03-04 23:00Z",
      "bob 03-09 23:00Z to 03-10 23:00Z",
    ]);
  });

  it("may be dates that are listed, with their own lengths, without any rule", () => {
    const listed =
      "UID:1\nSUMMARY:ada\nDTSTART:20260302T090000Z\nDTEND:20260302T100000Z\nRDATE;VALUE=PERIOD:20260304T090000Z/PT3H,20260305T090000Z/20260305T110000Z\nRDATE:20260306T090000Z";
    expect(shifts(listed)).toEqual([
      "ada 03-02 09:00Z to 03-02 10:00Z",
      "ada 03-04 09:00Z to 03-04 12:00Z",
      "ada 03-05 09:00Z to 03-05 11:00Z",
      "ada 03-06 09:00Z to 03-06 10:00Z",
    ]);
  });

  it("ends with the day of a rule's UNTIL, in UTC or as a date, and stays on the clock over the change to summer time", () => {
    const until = (value: string) => shifts(WEEKLY.replace("COUNT=4", `UNTIL=${value}`)).length;
    expect(until("20260330T070000Z")).toBe(5);
    expect(until("20260330T065959Z")).toBe(4);
    expect(until("20260330")).toBe(5);
    expect(until("20260329")).toBe(4);
  });

  it("is the newest of its versions", () => {
    const moved = (sequence: number, hour: string) =>
      `UID:1\nSUMMARY:bob\nSEQUENCE:${sequence}\nRECURRENCE-ID:20260309T080000Z\nDTSTART:202603${hour}0000Z\nDURATION:PT1H`;
    expect(shifts(WEEKLY, moved(2, "10T12"), moved(1, "11T12"))).toContain("bob 03-10 12:00Z to 03-10 13:00Z");
    expect(shifts(WEEKLY, moved(2, "10T12"), moved(1, "11T12"))).toHaveLength(4);
  });
});

describe("names of time zones", () => {
  const inZone = (zone: string) =>
    shifts(`UID:1\nSUMMARY:ada\nDTSTART;TZID=${zone}:20260706T090000\nDTEND;TZID=${zone}:20260706T170000`);
  it.each([
    "/citadel.org/20190914_1/Europe/Zurich",
    "/freeassociation.sourceforge.net/Europe/Zurich",
    "W. Europe Standard Time",
    "Europe/Zurich",
  ])("%s is understood", (zone) => expect(inZone(zone)).toEqual(["ada 07-06 07:00Z to 07-06 15:00Z"]));

  it("that nothing explains are problems with the event's title, never another hour", () => {
    const event =
      "UID:1\nSUMMARY:ada\nDTSTART;TZID=Middle Earth:20260706T090000\nDTEND;TZID=Middle Earth:20260706T170000";
    expect(shifts(event)).toEqual([]);
    expect(problems(event)).toEqual(['"ada" is not used: its time zone "Middle Earth" is not known']);
  });

  it("of floating times and whole days are the roster's", () => {
    expect(shifts("UID:1\nSUMMARY:ada\nDTSTART:20260706T090000\nDTEND:20260706T170000")).toEqual([
      "ada 07-06 07:00Z to 07-06 15:00Z",
    ]);
  });
});

describe("what is not understood", () => {
  const single = "DTSTART:20260302T080000Z\nDTEND:20260302T160000Z";
  it.each([
    ["RRULE:FREQ=DAILY;INTERVAL=-1", "INTERVAL=-1"],
    ["RRULE:FREQ=SOMETIMES", "FREQ=SOMETIMES"],
    ["RRULE:FREQ=DAILY;BYHOUR=0,1,2,3,4,5;BYMINUTE=0,10,20,30,40,50;BYSECOND=0,30", "72 times a day"],
    ["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "not one that its rule gives"],
    ["RRULE:FREQ=WEEKLY;BYDAY=TU", "not one that its rule gives"],
    ["RRULE:FREQ=WEEKLY;X-EVERY=2", "X-EVERY=2"],
    ["EXDATE:20260231T080000Z", "EXDATE is not a time"],
    ["DURATION:-PT1H", ""],
  ])("%s is a problem with the title, and gives no shift", (line, part) => {
    const event = line.startsWith("DURATION") ? `DTSTART:20260302T080000Z\n${line}` : `${single}\n${line}`;
    expect(shifts(`UID:1\nSUMMARY:ada\n${event}`)).toEqual([]);
    const [problem, ...others] = problems(`UID:1\nSUMMARY:ada\n${event}`);
    expect(problem).toMatch(/^"ada" is not used: /);
    expect(problem).toContain(part);
    expect(others).toEqual([]);
  });

  it("does not hide the other events: one that cannot be parsed, a property called __proto__", () => {
    const read = readCalendar(
      feed(
        `UID:1\nSUMMARY:bob\n${single}\nnot a property`,
        `UID:2\nSUMMARY:ada\n__proto__:x\nX;__proto__=1:y\n${single}`,
      ),
      options,
    );
    expect(read.events.map(({ person }) => person)).toEqual(["ada"]);
    expect(read.problems).toHaveLength(1);
    expect(read.problems[0]).toMatch(/^"bob" cannot be read: /);
  });

  it("is an exception to an occurrence that does not exist, an event for two people, one without an end", () => {
    expect(problems(`${WEEKLY}\nEXDATE:20260309T090000Z`)).toEqual([
      '"ada" leaves out an occurrence on 2026-03-09 at 10:00 that it does not have',
    ]);
    expect(problems(`UID:1\nSUMMARY:ada or bob\n${single}`)).toEqual([
      '"ada or bob" is not used: it names several people (ada, bob)',
    ]);
    expect(problems("UID:1\nSUMMARY:ada\nDTSTART:20260302T080000Z")).toEqual(['"ada" is not used: it has no end']);
    expect(
      problems(
        "UID:1\nSUMMARY:ada\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260302T080000Z\nDTSTART:20260302T080000Z\nDURATION:PT1H",
      ),
    ).toEqual(['"ada" is not used: it changes all later occurrences of a series that the calendar does not have']);
  });

  it("is a text that was cut off: it is refused as a whole", () => {
    const whole = feed(WEEKLY, `UID:2\nSUMMARY:bob\n${single}`);
    expect(() => readCalendar(whole.slice(0, whole.lastIndexOf("BEGIN:VEVENT") + 30), options)).toThrow(/cut off/);
  });
});

describe("the thread that reads calendars", () => {
  it("gives what the reader gives, and refuses what it refuses", async () => {
    const read = createCalendarReader();
    expect(await read(feed(WEEKLY), options)).toEqual(readCalendar(feed(WEEKLY), options));
    await expect(read("<html>", options)).rejects.toThrow(/not a calendar/);
  });

  it("leaves out a series that takes too long, with its title, and reads the others", async () => {
    const slow =
      "UID:2\nSUMMARY:bob\nDTSTART:19000101T000000Z\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=300";
    const many = Array.from({ length: 400 }, (_, index) => `RRULE:FREQ=DAILY;BYHOUR=${index % 24}`).join("\n");
    const read = await createCalendarReader(400)(feed(WEEKLY, `${slow}\n${many}`), options);
    expect(read.events).toHaveLength(4);
    expect(read.problems).toEqual(['"bob" is not used: it takes too long to expand']);
  });

  it("is asked once for a text that stays the same", async () => {
    let asked = 0;
    const read = rememberReadings(async (text, wanted) => {
      asked += 1;
      return readCalendar(text, wanted);
    });
    await read(feed(WEEKLY), options);
    await read(feed(WEEKLY), options);
    await read(feed(WEEKLY), { ...options, zone: "UTC" });
    expect(asked).toBe(2);
  });
});
