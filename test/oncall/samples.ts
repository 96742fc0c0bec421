import type { AlertGroup } from "../../src/alert/group.ts";
import { parseSchedule, type Schedule } from "../../src/oncall/load.ts";
import type { Rotation } from "../../src/oncall/schema.ts";

export const ZURICH = "Europe/Zurich";

/** A moment by its clock time in Zurich in winter (`+01:00`) or summer (`+02:00`). */
export function at(text: string): Date {
  return new Date(text);
}

export function rotation(more: Partial<Rotation> = {}): Rotation {
  return {
    people: ["ada", "bob", "cy"],
    every: "1w",
    starts: "2026-01-05",
    handoff: { day: "monday", time: "09:00" },
    ...more,
  };
}

/** Three people; roster `cmsweb` for everything, `dbs` for dbs and the services of the DBS developers. */
export function schedule(more: object = {}): Schedule {
  return parseSchedule(
    {
      people: [
        { name: "ada", slackId: "U0ADA", email: "ada@example.org" },
        { name: "bob", slackId: "U0BOB" },
        { name: "cy" },
        { name: "boss", slackId: "U0BOSS" },
      ],
      rosters: [
        {
          name: "cmsweb",
          default: true,
          channel: "C0WEB",
          roles: { primary: { rotation: rotation() }, secondary: { nextOf: "primary" } },
        },
        {
          name: "dbs",
          services: ["dbs"],
          owners: ["dbs-developers"],
          roles: {
            primary: {
              rotation: rotation({
                people: ["cy", "bob"],
                hours: {
                  days: ["monday", "tuesday", "wednesday", "thursday", "friday"],
                  from: "09:00",
                  to: "17:00",
                  onHolidays: false,
                },
              }),
            },
          },
        },
      ],
      fallback: { person: "boss", channel: "C0ALL" },
      holidays: ["2026-12-25", { date: "2026-12-24", name: "Christmas Eve" }],
      quiet: { from: "22:00", to: "07:00" },
      ...more,
    },
    "oncall.yaml",
    null,
  );
}

export function group(id: string, more: Partial<AlertGroup> = {}): AlertGroup {
  return {
    id,
    title: "DBS does not answer",
    service: "das",
    severity: "high",
    state: "firing",
    startsAt: at("2026-01-07T12:00:00+01:00"),
    endsAt: null,
    alerts: [],
    rootFingerprint: null,
    runbook: null,
    solutions: [],
    owners: [],
    reasons: [],
    ...more,
  };
}
