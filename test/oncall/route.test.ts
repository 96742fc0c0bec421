import { describe, expect, it } from "vitest";
import { DEFAULT_SEVERITIES } from "../../src/alert/severity.ts";
import { quietUntil } from "../../src/oncall/quiet.ts";
import { routeGroup } from "../../src/oncall/route.ts";
import { NO_EXCEPTIONS } from "../../src/oncall/turn.ts";
import { at, group, schedule } from "./samples.ts";

const noon = at("2026-01-07T12:00:00+01:00");
const night = at("2026-01-07T23:30:00+01:00");
const ownersOf = (service: string) => (service === "dbs-reader" ? ["dbs-developers"] : []);

function route(more: Parameters<typeof group>[1] = {}, now = noon, plan = schedule()) {
  const context = { schedule: plan, exceptions: NO_EXCEPTIONS, severities: DEFAULT_SEVERITIES, ownersOf };
  return routeGroup(group("g1", more), context, now);
}

describe("routing a group", () => {
  it("goes to the roster that has the service, that has its owner, or to the default one", () => {
    expect(route({ service: "dbs" })).toMatchObject({ kind: "page", roster: "dbs", person: { name: "cy" } });
    expect(route({ service: "dbs-reader" })).toMatchObject({ kind: "page", roster: "dbs" });
    expect(route({ owners: ["dbs-developers"] })).toMatchObject({ kind: "page", roster: "dbs" });
    expect(route({ service: null })).toMatchObject({
      kind: "page",
      roster: "cmsweb",
      person: { name: "ada", slackId: "U0ADA" },
      channel: "C0WEB",
      nobody: false,
      reason: "severity high is high or worse; roster cmsweb has everything else; ada has the shift",
    });
  });

  it("pages nobody for what is not firing, not severe enough, or of a severity that nobody knows", () => {
    expect(route({ state: "acknowledged" })).toEqual({ kind: "none", reason: "it is acknowledged" });
    expect(route({ severity: "warning" })).toEqual({ kind: "none", reason: "severity warning is below high" });
    expect(route({ severity: "hgih" }).kind).toBe("none");
  });

  it("takes the fallback when nobody is on call, and says so", () => {
    const evening = at("2026-01-07T19:00:00+01:00");
    expect(route({ service: "dbs" }, evening)).toMatchObject({
      kind: "page",
      nobody: true,
      person: { name: "boss" },
      reason: expect.stringContaining("nobody is on call, boss is the fallback"),
    });
  });

  it("holds back in quiet hours what can wait, until they end, and lets the critical through", () => {
    expect(route({}, night)).toMatchObject({
      kind: "hold",
      until: at("2026-01-08T07:00:00+01:00"),
      person: { name: "ada" },
    });
    expect(route({ severity: "critical" }, night).kind).toBe("page");
    expect(route({}, at("2026-01-08T07:00:00+01:00")).kind).toBe("page");
  });

  it("holds back what can wait in the quiet hours of the person on call, the longer of theirs and the schedule's", () => {
    const own = at("2026-01-08T09:30:00+01:00");
    const context = {
      exceptions: NO_EXCEPTIONS,
      severities: DEFAULT_SEVERITIES,
      ownersOf,
      quietFor: new Map([["ada", own]]),
    };
    const ask = (severity: string, now: Date, quiet: object | undefined) =>
      routeGroup(group("g1", { severity }), { ...context, schedule: schedule({ quiet }) }, now);
    expect(ask("high", noon, undefined)).toMatchObject({
      kind: "hold",
      until: own,
      reason: expect.stringContaining("it can wait until ada's quiet hours end"),
    });
    expect(ask("high", night, { from: "22:00", to: "07:00" })).toMatchObject({ kind: "hold", until: own });
    expect(ask("high", night, { from: "22:00", to: "10:00" })).toMatchObject({
      until: at("2026-01-08T10:00:00+01:00"),
    });
    expect(ask("critical", noon, undefined).kind).toBe("page");
  });

  it("lets the first rule that fits decide", () => {
    const alert = { labels: { class: "security" } } as never;
    const rules = [
      { services: ["das"], severities: ["info"], action: "none" },
      { classes: ["security"], action: "page", roster: "dbs", escalation: "loud" },
      { during: { days: ["wednesday"], from: "11:00", to: "13:00" }, action: "none" },
      { owners: ["dbs-developers"], action: "hold" },
    ];
    const plan = schedule({ routing: { rules }, escalations: { loud: { steps: [{ channel: "C1" }] } } });
    expect(route({ severity: "info" }, night, plan).kind).toBe("none");
    expect(route({ severity: "info", alerts: [alert], service: "x" }, night, plan)).toMatchObject({
      kind: "page",
      roster: "dbs",
      escalation: "loud",
    });
    expect(route({}, noon, plan)).toEqual({ kind: "none", reason: "routing rule 3 says none" });
    expect(route({ severity: "critical", service: "dbs-reader" }, night, plan).kind).toBe("hold");
    expect(route({ service: "dbs-reader" }, at("2026-01-07T14:00:00+01:00"), plan).kind).toBe("page");
  });

  it("goes to the fallback where no roster answers for a service", () => {
    const rosters = [
      {
        name: "dbs",
        services: ["dbs"],
        roles: { primary: { nextOf: undefined, rotation: { people: ["cy"], starts: "2026-01-05" } } },
      },
    ];
    expect(route({}, noon, schedule({ rosters }))).toMatchObject({
      kind: "page",
      roster: null,
      nobody: true,
      person: { name: "boss" },
    });
  });
});

describe("quiet hours", () => {
  const quiet = { from: "22:00", to: "07:00", weekends: true };

  it("join nights, weekends and holidays to one", () => {
    const plan = schedule({ quiet });
    expect(quietUntil(plan, at("2026-01-09T21:59:00+01:00"))).toBeNull();
    expect(quietUntil(plan, at("2026-01-09T22:00:00+01:00"))).toEqual(at("2026-01-12T07:00:00+01:00"));
    expect(quietUntil(plan, at("2026-12-24T10:00:00+01:00"))).toEqual(at("2026-12-28T07:00:00+01:00"));
  });

  it("last an hour less or more when the clocks change", () => {
    const plan = schedule({ quiet: { ...quiet, weekends: false } });
    expect(quietUntil(plan, at("2026-03-28T22:00:00+01:00"))).toEqual(at("2026-03-29T07:00:00+02:00"));
    expect(quietUntil(plan, at("2026-10-24T22:00:00+02:00"))).toEqual(at("2026-10-25T07:00:00+01:00"));
  });

  it("are never where none are set, and end within two months where everything is quiet", () => {
    expect(quietUntil(schedule({ quiet: undefined }), night)).toBeNull();
    const always = schedule({ quiet: { from: "00:00", to: "00:00" } });
    const end = quietUntil(always, night);
    expect(end !== null && end.getTime() - night.getTime()).toBeLessThan(62 * 86_400_000);
  });
});
