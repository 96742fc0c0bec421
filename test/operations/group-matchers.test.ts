import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ActiveAlert } from "../../src/alert/alert.ts";
import { matchesAll } from "../../src/alert/matcher.ts";
import { matchersOfGroup } from "../../src/operations/group-matchers.ts";

const alert = (labels: Record<string, string>) => ({ labels }) as unknown as ActiveAlert;

describe("the matchers of a group", () => {
  it("ask for every label of a single alert", () => {
    const matchers = matchersOfGroup({ alerts: [alert({ alertname: "a", service: "dbs" })] });
    expect(matchers.map(({ name, value }) => [name, value])).toEqual([
      ["alertname", "a"],
      ["service", "dbs"],
    ]);
  });

  it("name the few values of a label, literally", () => {
    const matchers = matchersOfGroup({
      alerts: [alert({ alertname: "a.b", pod: "x" }), alert({ alertname: "c", node: "n" })],
    });
    expect(matchers).toHaveLength(1);
    expect(matchesAll(matchers, { alertname: "a.b" })).toBe(true);
    expect(matchesAll(matchers, { alertname: "aXb" })).toBe(false);
  });

  it("hide nothing for a group without alerts", () => {
    expect(matchersOfGroup({ alerts: [] })).toEqual([]);
  });

  it("hide every member, whatever its labels", () => {
    const labels = fc.dictionary(fc.constantFrom("service", "pod", "node", "site"), fc.string(), { maxKeys: 4 });
    fc.assert(
      fc.property(fc.array(labels, { minLength: 1, maxLength: 30 }), (sets) => {
        const alerts = sets.map((set) => alert({ ...set, alertname: "x" }));
        const matchers = matchersOfGroup({ alerts });
        return matchers.length > 0 && alerts.every((one) => matchesAll(matchers, one.labels));
      }),
    );
  });
});
