import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coverage, gaps } from "../../src/oncall/coverage.ts";
import type { Schedule } from "../../src/oncall/load.ts";
import type { Roster } from "../../src/oncall/schema.ts";
import { NO_EXCEPTIONS, turnAt } from "../../src/oncall/turn.ts";
import { at, schedule } from "./samples.ts";

const plan = schedule();
const override = (roster: string, person: string, from: string, to: string, id = person) => ({
  id,
  roster,
  person,
  from: at(from),
  to: at(to),
  by: "boss",
});

function rosterNamed(from: Schedule, name: string): Roster {
  const found = from.rosters.find((roster) => roster.name === name);
  if (found === undefined) {
    throw new Error(`no roster ${name}`);
  }
  return found;
}

function people(name: string, role: string, from: string, to: string, exceptions = NO_EXCEPTIONS, of = plan) {
  const segments = coverage(of, rosterNamed(of, name), role, exceptions, { from: at(from), to: at(to) });
  return segments.map((segment) => [segment.person, segment.from.toISOString(), segment.to.toISOString()]);
}

describe("coverage", () => {
  it("follows the rotation, and the second is whoever comes next", () => {
    const range = ["2026-01-05T08:00:00Z", "2026-01-26T08:00:00Z"] as const;
    expect(people("cmsweb", "primary", ...range).map(([person]) => person)).toEqual(["ada", "bob", "cy"]);
    expect(people("cmsweb", "secondary", ...range).map(([person]) => person)).toEqual(["bob", "cy", "ada"]);
  });

  it("shows the gaps outside working hours, on weekends and on holidays", () => {
    const christmas = people("dbs", "primary", "2026-12-23T08:00:00Z", "2026-12-28T12:00:00Z");
    expect(christmas).toEqual([
      ["cy", "2026-12-23T08:00:00.000Z", "2026-12-23T16:00:00.000Z"],
      [null, "2026-12-23T16:00:00.000Z", "2026-12-28T08:00:00.000Z"],
      ["bob", "2026-12-28T08:00:00.000Z", "2026-12-28T12:00:00.000Z"],
    ]);
  });

  it("lets an override take a part of a shift, and the one that began last when two overlap", () => {
    const overrides = [
      override("cmsweb", "cy", "2026-01-06T08:00:00Z", "2026-01-08T08:00:00Z"),
      override("cmsweb", "bob", "2026-01-07T08:00:00Z", "2026-01-07T10:00:00Z"),
      override("cmsweb/secondary", "boss", "2026-01-06T08:00:00Z", "2026-01-09T08:00:00Z"),
    ];
    const found = people("cmsweb", "primary", "2026-01-06T00:00:00Z", "2026-01-09T00:00:00Z", {
      overrides,
      calendars: new Map(),
    });
    expect(found).toEqual([
      ["ada", "2026-01-06T00:00:00.000Z", "2026-01-06T08:00:00.000Z"],
      ["cy", "2026-01-06T08:00:00.000Z", "2026-01-07T08:00:00.000Z"],
      ["bob", "2026-01-07T08:00:00.000Z", "2026-01-07T10:00:00.000Z"],
      ["cy", "2026-01-07T10:00:00.000Z", "2026-01-08T08:00:00.000Z"],
      ["ada", "2026-01-08T08:00:00.000Z", "2026-01-09T00:00:00.000Z"],
    ]);
  });

  it("passes over who is away, with the reason", () => {
    const away = [{ from: "2026-01-06T00:00:00Z", to: "2026-01-07T00:00:00Z" }];
    const of = schedule({ people: [{ name: "ada", away }, { name: "bob" }, { name: "cy" }, { name: "boss" }] });
    const range = ["2026-01-05T08:00:00Z", "2026-01-08T00:00:00Z"] as const;
    expect(people("cmsweb", "primary", ...range, NO_EXCEPTIONS, of).map(([person]) => person)).toEqual([
      "ada",
      "bob",
      "ada",
    ]);
    expect(people("cmsweb", "secondary", ...range, NO_EXCEPTIONS, of).map(([person]) => person)).toEqual([
      "bob",
      "cy",
      "bob",
    ]);
    const turn = turnAt(of, rosterNamed(of, "cmsweb"), "primary", NO_EXCEPTIONS, at("2026-01-06T12:00:00Z"));
    expect(turn.because).toBe("bob has the shift instead of ada, who is away");
  });

  it("takes the calendar before the rotation", () => {
    const calendars = new Map([
      ["cmsweb", [{ person: "cy", from: at("2026-01-06T00:00:00Z"), to: at("2026-01-07T00:00:00Z") }]],
    ]);
    const found = people("cmsweb", "primary", "2026-01-06T00:00:00Z", "2026-01-08T00:00:00Z", {
      overrides: [],
      calendars,
    });
    expect(found.map(([person]) => person)).toEqual(["cy", "ada"]);
  });

  it("uses the first of several rotations that has somebody: days and nights", () => {
    const shift = (person: string, from: string, to: string) => ({
      people: [person],
      starts: "2026-01-05",
      every: "1d",
      handoff: { time: "00:00" },
      hours: { from, to },
    });
    const rosters = [
      {
        name: "all",
        default: true,
        roles: { primary: { rotation: [shift("ada", "08:00", "20:00"), shift("bob", "20:00", "08:00")] } },
      },
    ];
    const of = schedule({ rosters });
    const found = people("all", "primary", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", NO_EXCEPTIONS, of);
    expect(found).toEqual([
      ["ada", "2026-03-28T12:00:00.000Z", "2026-03-28T19:00:00.000Z"],
      ["bob", "2026-03-28T19:00:00.000Z", "2026-03-29T06:00:00.000Z"],
      ["ada", "2026-03-29T06:00:00.000Z", "2026-03-29T18:00:00.000Z"],
      ["bob", "2026-03-29T18:00:00.000Z", "2026-03-30T06:00:00.000Z"],
      ["ada", "2026-03-30T06:00:00.000Z", "2026-03-30T12:00:00.000Z"],
    ]);
  });

  it("gives the next shift to somebody else than whoever has the present one, also by an override", () => {
    const [from, to] = ["2026-01-06T09:00:00.000Z", "2026-01-06T17:00:00.000Z"];
    const override = { id: "1", roster: "cmsweb", person: "bob", from: new Date(from), to: new Date(to), by: "bob" };
    const exceptions = { ...NO_EXCEPTIONS, overrides: [override] };
    expect(people("cmsweb", "secondary", "2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z", exceptions)).toEqual([
      ["bob", "2026-01-06T00:00:00.000Z", from],
      ["cy", from, to],
      ["bob", to, "2026-01-07T00:00:00.000Z"],
    ]);
  });

  it("refuses a range without end", () => {
    expect(() => people("cmsweb", "primary", "2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z")).toThrow(RangeError);
    expect(() => people("cmsweb", "primary", "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z")).toThrow(RangeError);
  });

  it("agrees at every moment with a question about that moment, is whole and never overlaps", () => {
    const hour = fc
      .integer({ min: 0, max: 24 * 60 })
      .map((hours) => new Date(Date.UTC(2026, 2, 1) + hours * 3_600_000));
    const anyOverride = fc.record({
      id: fc.uuid(),
      roster: fc.constantFrom("dbs", "cmsweb", "cmsweb/secondary"),
      person: fc.constantFrom("ada", "bob", "boss"),
      from: hour,
      to: hour,
      by: fc.constant("boss"),
    });
    fc.assert(
      fc.property(
        fc.array(anyOverride, { maxLength: 6 }),
        hour,
        fc.constantFrom(["dbs", "primary"], ["cmsweb", "primary"], ["cmsweb", "secondary"]),
        (overrides, moment, [name = "", role = ""]) => {
          const exceptions = { overrides, calendars: new Map() };
          const range = { from: new Date(Date.UTC(2026, 2, 1)), to: new Date(Date.UTC(2026, 4, 1)) };
          const roster = rosterNamed(plan, name);
          const segments = coverage(plan, roster, role, exceptions, range);
          expect(segments[0]?.from).toEqual(range.from);
          expect(segments.at(-1)?.to).toEqual(range.to);
          expect(segments.slice(1).map(({ from }) => from)).toEqual(segments.slice(0, -1).map(({ to }) => to));
          const segment = segments.find(({ from, to }) => from <= moment && moment < to);
          expect(segment?.person).toBe(turnAt(plan, roster, role, exceptions, moment).person);
          expect(gaps(segments).every(({ person }) => person === null)).toBe(true);
        },
      ),
      { numRuns: 15 },
    );
  });
});
