import { describe, expect, it } from "vitest";
import { isWithin, sayScope, scopeOf, scopeSchema } from "../../../src/anomalies/life/forgiveness.ts";
import { event } from "./events.ts";

const TUESDAY_3 = 2 * 24 + 3;
const given = event("given");
const scope = scopeOf(given, TUESDAY_3);

describe("scopeOf", () => {
  it("holds for the entity, the metrics that led it, its kind and a strength, and survives JSON", () => {
    expect(scope).toEqual({
      service: "dbs",
      entity: "dbs",
      metrics: ["latency"],
      kind: "point",
      hour: null,
      strength: 3,
    });
    expect(scopeSchema.parse(JSON.parse(JSON.stringify(scope)))).toEqual(scope);
    expect(sayScope(scope)).toBe("dbs: latency; point; up to 3 times the threshold");
  });

  it("holds for any entity where the event was of the whole service", () => {
    const member = { id: "m", entity: "dbs-1", openedAt: given.openedAt, closedAt: null, peakScore: 8, metric: null };
    expect(scopeOf(event("whole", { context: { members: [member] } }), 0).entity).toBeNull();
  });
});

describe("isWithin", () => {
  it("takes in what is like the event that was given", () => {
    expect(isWithin(scope, given, TUESDAY_3)).toBe(true);
    expect(isWithin(scope, event("later", { peakScore: 11 }), 99)).toBe(true);
  });

  it.each([
    ["another entity", event("x", { entity: "dbs-2" })],
    ["another service", event("x", { service: "das" })],
    ["another kind", event("x", { kind: "collective" })],
    ["other metrics", event("x", { contributions: [{ metric: "cpu", share: 1, seen: 1, expected: 2 }] })],
    ["much worse", event("x", { peakScore: 13 })],
  ])("leaves out %s", (_, other) => {
    expect(isWithin(scope, other, TUESDAY_3)).toBe(false);
  });

  it("holds only around the hour where the hour was what was wrong, across the end of the week too", () => {
    const contextual = event("c", { kind: "contextual" });
    const nightly = scopeOf(contextual, 0);
    expect(sayScope(nightly)).toContain("around Sun 00:00");
    expect([167, 0, 1, 2, 84].map((hour) => isWithin(nightly, contextual, hour))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
