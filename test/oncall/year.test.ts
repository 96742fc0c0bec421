import { describe, expect, it } from "vitest";
import { coverage } from "../../src/oncall/coverage.ts";
import type { Schedule } from "../../src/oncall/load.ts";
import { turnAt } from "../../src/oncall/turn.ts";
import type { OncallOverride } from "../../src/store/store.ts";
import { randomFrom } from "./calendar/generated-feeds.ts";
import { schedule } from "./samples.ts";

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const DAY = 86_400_000;
const FROM = Date.UTC(2026, 0, 20);
const TO = FROM + 365 * DAY;
const ZONES = ["Europe/Zurich", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"];
const ALL = ["ada", "bob", "cy"];
const WORKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"];
/** Monday, in days since 1970. */
const STARTS = Date.UTC(2026, 0, 5) / DAY;

/** What clocks show, in minutes since 1970: from a table of every quarter of an hour, made by Node.js' formatter. */
type Local = (at: number) => number;

function localOf(zone: string): Local {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  const offsets = new Int16Array((TO - FROM) / QUARTER + 1);
  for (let index = 0; index < offsets.length; index++) {
    const at = FROM + index * QUARTER;
    const [day, month, year, hour, minute] = format
      .format(at)
      .split(/[/, :]+/)
      .map(Number);
    offsets[index] = (Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute) - at) / MINUTE;
  }
  return (at) => at / MINUTE + (offsets[Math.floor((at - FROM) / QUARTER)] ?? 0);
}

/** Who is on call by plain arithmetic on the clock; null for nobody. */
type Plain = (at: number, local: Local) => string | null;

const timeOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
const weekdayOf = (day: number) => (day + 3) % 7;

function turns(people: readonly string[], days: number, time: string, first = STARTS, ends = Number.POSITIVE_INFINITY) {
  return (at: number, local: Local, away: (name: string) => boolean = () => false): string | null => {
    const day = Math.floor((local(at) - timeOf(time)) / 1440);
    const turn = Math.floor((day - first) / days);
    if (turn < 0 || day >= ends) {
      return null;
    }
    for (let next = 0; next < people.length; next++) {
      const name = people[(turn + next) % people.length] ?? "";
      if (!away(name)) {
        return name;
      }
    }
    return null;
  };
}

function within(from: string, to: string, workdaysOnly: boolean) {
  return (at: number, local: Local): boolean => {
    const [day, time] = [Math.floor(local(at) / 1440), local(at) % 1440];
    const fits = (one: number) => !workdaysOnly || weekdayOf(one) < 5;
    return timeOf(from) < timeOf(to)
      ? fits(day) && time >= timeOf(from) && time < timeOf(to)
      : (fits(day) && time >= timeOf(from)) || (fits(day - 1) && time < timeOf(to));
  };
}

interface Shape {
  readonly name: string;
  readonly roles: (zone: string) => object;
  readonly plain: Plain;
  readonly role?: string;
  readonly people?: readonly object[];
  readonly overrides?: readonly OncallOverride[];
}

const rotation = (zone: string, more: object = {}) => ({ people: ALL, starts: "2026-01-05", timezone: zone, ...more });
const weekly = turns(ALL, 7, "09:00");
const AWAY = { from: "2026-04-03T10:20:00Z", to: "2026-05-20T07:00:00Z" };
const TAKEN = { from: new Date("2026-03-28T22:10:00Z"), to: new Date("2026-03-30T05:40:00Z") };
const isAway = (at: number) => (name: string) =>
  name === "bob" && at >= Date.parse(AWAY.from) && at < Date.parse(AWAY.to);

const SHAPES: readonly Shape[] = [
  { name: "weekly", roles: (zone) => ({ primary: { rotation: rotation(zone) } }), plain: weekly },
  {
    name: "every two weeks, on Fridays",
    roles: (zone) => ({
      primary: { rotation: rotation(zone, { every: "2w", handoff: { day: "friday", time: "17:00" } }) },
    }),
    plain: turns(ALL, 14, "17:00", STARTS + 4),
  },
  {
    name: "daily",
    roles: (zone) => ({ primary: { rotation: rotation(zone, { every: "1d", handoff: { time: "08:30" } }) } }),
    plain: turns(ALL, 1, "08:30"),
  },
  {
    name: "in working hours",
    roles: (zone) => ({
      primary: { rotation: rotation(zone, { hours: { days: WORKDAYS, from: "08:30", to: "18:00" } }) },
    }),
    plain: (at, local) => (within("08:30", "18:00", true)(at, local) ? weekly(at, local) : null),
  },
  {
    name: "at night",
    roles: (zone) => ({
      primary: { rotation: rotation(zone, { hours: { days: WORKDAYS, from: "22:00", to: "06:00" } }) },
    }),
    plain: (at, local) => (within("22:00", "06:00", true)(at, local) ? weekly(at, local) : null),
  },
  {
    name: "by day and by night",
    roles: (zone) => ({
      primary: {
        rotation: [
          rotation(zone, { people: ["ada", "bob"], every: "1d", hours: { from: "08:00", to: "20:00" } }),
          rotation(zone, { people: ["cy", "boss"], every: "3d", handoff: { time: "20:00" } }),
        ],
      },
    }),
    plain: (at, local) =>
      within("08:00", "20:00", false)(at, local)
        ? turns(["ada", "bob"], 1, "09:00")(at, local)
        : turns(["cy", "boss"], 3, "20:00")(at, local),
  },
  {
    name: "with somebody away",
    people: [{ name: "ada" }, { name: "bob", away: [AWAY] }, { name: "cy" }, { name: "boss" }],
    roles: (zone) => ({ primary: { rotation: rotation(zone) } }),
    plain: (at, local) => weekly(at, local, isAway(at)),
  },
  {
    name: "that ends and is followed by another",
    roles: (zone) => ({
      primary: {
        rotation: [
          rotation(zone, { ends: "2026-06-24" }),
          rotation(zone, { people: ["boss", "ada"], starts: "2026-07-06" }),
        ],
      },
    }),
    plain: (at, local) =>
      turns(ALL, 7, "09:00", STARTS, Date.UTC(2026, 5, 24) / DAY)(at, local) ??
      turns(["boss", "ada"], 7, "09:00", Date.UTC(2026, 6, 6) / DAY)(at, local),
  },
  {
    name: "with a shift that was taken",
    overrides: [{ id: "o", roster: "all", person: "boss", by: "boss", ...TAKEN }],
    roles: (zone) => ({ primary: { rotation: rotation(zone) } }),
    plain: (at, local) => (at >= TAKEN.from.getTime() && at < TAKEN.to.getTime() ? "boss" : weekly(at, local)),
  },
  {
    name: "the next of another role",
    role: "secondary",
    roles: (zone) => ({ primary: { rotation: rotation(zone) }, secondary: { nextOf: "primary" } }),
    plain: turns(["bob", "cy", "ada"], 7, "09:00"),
  },
];

describe("a year, minute by minute", () => {
  it.each(ZONES.flatMap((zone) => SHAPES.map((shape) => [shape.name, zone, shape] as const)))(
    "a roster %s in %s is what plain arithmetic on the clock gives",
    (_name, zone, { roles, plain, role = "primary", people, overrides = [] }) => {
      const plan: Schedule = schedule({
        rosters: [{ name: "all", default: true, roles: roles(zone) }],
        ...(people === undefined ? {} : { people }),
      });
      const [roster] = plan.rosters;
      if (roster === undefined) {
        throw new Error("there is no roster");
      }
      const local = LOCALS.get(zone) ?? localOf(zone);
      LOCALS.set(zone, local);
      const exceptions = { overrides, calendars: new Map() };
      const segments = coverage(plan, roster, role, exceptions, { from: new Date(FROM), to: new Date(TO) });
      let minutes = 0;
      for (const { from, to, person } of segments) {
        minutes += (to.getTime() - from.getTime()) / MINUTE;
        for (let at = from.getTime(); at < to.getTime(); at = next(at, to.getTime())) {
          if (plain(at, local) !== person) {
            expect({ at: new Date(at).toISOString(), person }).toEqual({ at: "", person: plain(at, local) });
          }
        }
      }
      expect(minutes).toBe(365 * 1440);
      const random = randomFrom(7);
      for (let sample = 0; sample < 200; sample++) {
        const at = FROM + Math.floor(random() * 365 * 1440) * MINUTE;
        expect(turnAt(plan, roster, role, exceptions, new Date(at)).person).toBe(plain(at, local));
      }
    },
    30_000,
  );
});

/** Every tenth minute of a shift, its first and its last; every one with CMSWATCH_EVERY_MINUTE=1, which takes a minute. */
function next(at: number, end: number): number {
  const step = process.env["CMSWATCH_EVERY_MINUTE"] === "1" ? MINUTE : 10 * MINUTE;
  return at < end - MINUTE ? Math.min(at + step, end - MINUTE) : end;
}

const LOCALS = new Map<string, Local>();
