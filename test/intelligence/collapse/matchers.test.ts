import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equals, formatMatcher, matchesAll } from "../../../src/alert/matcher.ts";
import { Companions } from "../../../src/intelligence/collapse/companions.ts";
import { hidingMatchers } from "../../../src/intelligence/collapse/matchers.ts";
import { activeAlert } from "../support.ts";

describe("matchers that hide a storm", () => {
  const common = [equals("node", "n1")];

  it("leave out a name that cannot be told from an outsider", () => {
    const child = activeAlert({ alertname: "A", node: "n1", x: "1" });
    const other = activeAlert({ alertname: "B", node: "n1", x: "1" });
    const outsider = activeAlert({ alertname: "B", node: "n1", x: "1" });
    const { matchers, hidden } = hidingMatchers({
      common,
      children: [child, other],
      expected: [],
      outsiders: [outsider],
    });
    expect(matchers.map(formatMatcher)).toEqual(['node="n1"', 'alertname="A"']);
    expect(hidden).toEqual([child]);
  });

  it("hide children only, never an outsider, whatever the labels", () => {
    const labels = fc.record({
      alertname: fc.constantFrom("A", "B", "C+"),
      pod: fc.constantFrom("p", "q", ""),
      node: fc.constantFrom("n1", "n2"),
    });
    fc.assert(
      fc.property(fc.array(labels, { maxLength: 8 }), fc.array(labels, { maxLength: 8 }), (inside, outside) => {
        const children = inside.map((entry) => activeAlert({ ...entry, node: "n1" }));
        const outsiders = outside.map((entry) => activeAlert(entry));
        const { matchers, hidden } = hidingMatchers({ common, children, expected: ["C+"], outsiders });
        expect(matchers.length === 0 ? [] : outsiders.filter((alert) => matchesAll(matchers, alert.labels))).toEqual(
          [],
        );
        expect(hidden.every((alert) => matchesAll(matchers, alert.labels))).toBe(true);
      }),
    );
  });
});

describe("companions", () => {
  it("expect what at least half of two or more storms brought, node storms together, services each", () => {
    const companions = new Companions();
    companions.learn("node", "n1", ["A", "B"]);
    expect(companions.expected("node", "n9")).toEqual([]);
    companions.learn("node", "n2", ["A"]);
    companions.learn("node", "n3", ["A"]);
    expect(companions.expected("node", "n9")).toEqual(["A"]);
    expect(companions.expected("service", "dbs")).toEqual([]);
    expect(new Companions(JSON.parse(JSON.stringify(companions.state()))).expected("node", "n9")).toEqual(["A"]);
  });
});
