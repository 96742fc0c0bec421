import { describe, expect, it } from "vitest";
import { loweredByHoliday, loweredByIntervention } from "../../../src/anomalies/life/lowering.ts";
import { rankSuspects } from "../../../src/anomalies/life/suspects.ts";
import { event, minute } from "./events.ts";

describe("loweredByIntervention", () => {
  const named = { name: "OTG0054345", from: minute(-5), to: minute(60), services: ["dbs"] };

  it("takes an event less seriously within the time and the services of an intervention, and says which", () => {
    expect(loweredByIntervention(event("e"), [named])).toEqual({
      by: "intervention",
      muted: false,
      because: "intervention OTG0054345 covers it in time and system",
    });
    expect(loweredByIntervention(event("e"), [{ ...named, services: null }])).not.toBeNull();
  });

  it("does not where time or service are others", () => {
    expect(loweredByIntervention(event("e", { openedAt: minute(61) }), [named])).toBeNull();
    expect(loweredByIntervention(event("e", { openedAt: minute(-6) }), [named])).toBeNull();
    expect(loweredByIntervention(event("e"), [{ ...named, services: ["das"] }])).toBeNull();
  });
});

describe("loweredByHoliday", () => {
  const holidays = [{ from: "2026-12-24", to: "2027-01-03", name: "the annual closure" }];
  const closure = event("e", { kind: "contextual", openedAt: new Date("2026-12-24T23:30:00Z") });

  it("takes what only differs from the usual hours less seriously", () => {
    expect(loweredByHoliday(closure, holidays, "UTC")?.because).toContain("the annual closure");
  });

  it("counts days in people's time zone", () => {
    const eve = { ...closure, openedAt: new Date("2026-12-23T23:30:00Z") };
    expect(loweredByHoliday(eve, holidays, "UTC")).toBeNull();
    expect(loweredByHoliday(eve, holidays, "Europe/Zurich")).not.toBeNull();
  });

  it("leaves what is wrong on any day as it is", () => {
    expect(loweredByHoliday({ ...closure, kind: "point" }, holidays, "UTC")).toBeNull();
    expect(loweredByHoliday({ ...closure, class: "availability" }, holidays, "UTC")).toBeNull();
  });
});

describe("rankSuspects", () => {
  const needs = [
    { service: "frontend", depth: 1 },
    { service: "mongodb", depth: 2 },
  ];
  const move = (metric: string, minutes: number) => ({
    firstMove: { metric, at: minute(minutes), seen: 2, usual: 1 },
  });
  const das = event("das", { service: "das", entity: "das", context: move("latency", 0) });
  const of = (service: string, at: number, more = {}) =>
    event(service, { service, entity: service, openedAt: minute(at), context: move("cpu", at), ...more });

  it("ranks what moved first above what is nearer, and says why", () => {
    const found = rankSuspects(das, [of("frontend", 3), of("mongodb", -4)], needs);
    expect(found.map(({ service }) => service)).toEqual(["mongodb", "frontend"]);
    expect(found[0]?.because).toBe("das needs it through others, and its cpu moved 4 min earlier");
    expect(found[1]?.because).toBe("das needs it, and its cpu moved 3 min later");
  });

  it("ranks what is needed directly higher where both moved at once", () => {
    const found = rankSuspects(das, [of("mongodb", 0), of("frontend", 0)], needs);
    expect(found.map(({ service }) => service)).toEqual(["frontend", "mongodb"]);
  });

  it("leaves out what is not needed, came much later, or was long over", () => {
    const others = [of("dbs", -1), of("frontend", 30), of("mongodb", -200, { closedAt: minute(-190) })];
    expect(rankSuspects(das, others, needs)).toEqual([]);
  });
});
