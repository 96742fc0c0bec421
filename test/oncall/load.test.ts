import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadCatalogue } from "../../src/config/catalogue.ts";
import { defaultSchedule } from "../../src/oncall/default-schedule.ts";
import { loadSchedule } from "../../src/oncall/load.ts";
import { NO_EXCEPTIONS } from "../../src/oncall/turn.ts";
import { whoIsOnCall } from "../../src/oncall/who.ts";
import { at, schedule } from "./samples.ts";

const folder = mkdtempSync(join(tmpdir(), "cmswatch-oncall-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const catalogue = loadCatalogue(null);

const HEAD = `people: [{ name: ada }, { name: bob }]
fallback: { person: ada }
rosters:
  - name: ops
    default: true
    roles:
      primary: { rotation: { people: [ada, bob], starts: 2026-01-05 } }
`;

function load(text: string) {
  const file = join(folder, "oncall.yaml");
  writeFileSync(file, text);
  return loadSchedule(file, catalogue);
}

describe("oncall.yaml", () => {
  it("is read as the example in docs says", () => {
    const example = loadSchedule(join(import.meta.dirname, "../../docs/oncall.example.yaml"), catalogue);
    const who = (service: string, moment: string) =>
      whoIsOnCall(example, service, at(moment), NO_EXCEPTIONS, (name) => catalogue.find(name)?.owners ?? []);
    expect(who("dbs", "2026-01-07T10:00:00+01:00")).toMatchObject({
      roster: "dbs",
      people: [{ person: { name: "dee" } }],
    });
    expect(who("das", "2026-01-07T10:00:00+01:00").people.map(({ person }) => person?.name)).toEqual(["ada", "bob"]);
    expect(who("das", "2026-07-14T10:00:00+02:00").reason).toContain("bob has the shift instead of ada, who is away");
  });

  it("gives rosters without a policy each role in its order", () => {
    expect(schedule().escalations["standard"]?.steps.map(({ role }) => role)).toEqual(["primary", "secondary"]);
  });

  it.each([
    ["[{ name: ada }, { name: bob }]", "[]", /oncall.yaml:1: `people`/],
    ["{ name: bob }]", "{ name: bob }, { name: Ada }]", /oncall.yaml:1: "Ada" is there twice/],
    ["[ada, bob], starts", "[ada, bbo], starts", /oncall.yaml:7: there is no person "bbo" — did you mean "bob"\?/],
    ["default: true", "services: [dsb]", /oncall.yaml:5: there is no service "dsb" — did you mean "dbs"\?/],
    ["default: true", "defualt: true", /oncall.yaml:5: unknown key `rosters.0.defualt`/],
    ["starts: 2026-01-05", "starts: 5.1.2026", /oncall.yaml:7: .*write it like 2026-01-05/],
    ["starts: 2026-01-05", "starts: 2026-01-05, every: 1month", /write it like 1w, 2w or 1d/],
    ["starts: 2026-01-05", "starts: 2026-01-05, timezone: Mars/Olympus", /Europe\/Zurich/],
    ["{ rotation: { people: [ada, bob], starts: 2026-01-05 } }", "{}", /has nobody: give it a rotation/],
    ["{ rotation: { people: [ada, bob], starts: 2026-01-05 } }", "{ nextOf: primary }", /which has no rotation there/],
    ["fallback: { person: ada }", "fallback: { person: eve }", /oncall.yaml:2: there is no person "eve"/],
    ["default: true", "escalation: loud", /there is no escalation "loud"/],
  ])("with %j as %j is refused with the place and what to do", (right, wrong, message) => {
    expect(() => load(HEAD.replace(right, wrong))).toThrow(message);
  });

  it("finds calendars beside it", () => {
    const text = HEAD.replace("{ rotation:", "{ calendar: { file: shifts.ics }, rotation:");
    expect(load(text).rosters[0]?.roles["primary"]?.calendar?.file).toBe(join(folder, "shifts.ics"));
    expect(() => load(HEAD.replace("{ rotation:", "{ calendar: {}, rotation:"))).toThrow(/either url or file/);
  });
});

describe("the built-in schedule", () => {
  it("gives the given people weekly turns for every service", () => {
    const people = [{ name: "ada", slackId: "U0ADA" }, { name: "bob" }];
    const answer = whoIsOnCall(
      defaultSchedule(people, "C1"),
      "dbs",
      at("2026-01-13T10:00:00+01:00"),
      NO_EXCEPTIONS,
      () => [],
    );
    expect(answer.people.map(({ key, person }) => [key, person?.name])).toEqual([
      ["cmsweb", "bob"],
      ["cmsweb/secondary", "ada"],
    ]);
    expect(answer.people[0]?.until).toEqual(at("2026-01-19T09:00:00+01:00"));
    expect(() => defaultSchedule([], null)).toThrow(/people/);
  });
});
