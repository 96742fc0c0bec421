import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  equals,
  formatMatcher,
  type Matcher,
  MatcherSyntaxError,
  matches,
  matchesAll,
  parseMatcher,
  parseMatchers,
} from "../../src/alert/matcher.ts";

const labels = { service: "dbs", severity: "high" };
const matcher = (value: string, isRegex: boolean, isEqual: boolean): Matcher => ({
  name: "service",
  value,
  isRegex,
  isEqual,
});

describe("parseMatcher", () => {
  test.each([
    ['service="dbs"', matcher("dbs", false, true)],
    ["service=dbs", matcher("dbs", false, true)],
    [' service != "dbs" ', matcher("dbs", false, false)],
    ['service=~"d.s|couch"', matcher("d.s|couch", true, true)],
    ['service!~"d.s"', matcher("d.s", true, false)],
    ['service="a=b!c"', matcher("a=b!c", false, true)],
    ['service="say \\"no\\""', matcher('say "no"', false, true)],
    ["service=", matcher("", false, true)],
  ])("reads %s", (text, expected) => {
    expect(parseMatcher(text)).toEqual(expected);
  });

  test.each([
    ["dbs", /expected name="value"/],
    ["", /expected name="value"/],
    ["9x=1", /is not a label name/],
    ['service="dbs', /quotes that do not close/],
    ['service=~"a("', /not a valid RE2 pattern/],
  ])("refuses %s", (text, message) => {
    expect(() => parseMatcher(text)).toThrow(MatcherSyntaxError);
    expect(() => parseMatcher(text)).toThrow(message);
  });

  test("reads back whatever it writes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.boolean(), (value, isEqual) => {
        const original = { name: "a_1", value, isRegex: false, isEqual };
        expect(parseMatcher(formatMatcher(original))).toEqual(original);
      }),
    );
  });
});

describe("parseMatchers", () => {
  test("reads lists with and without braces", () => {
    const expected = [equals("service", "dbs"), { name: "severity", value: "info", isRegex: false, isEqual: false }];
    expect(parseMatchers('{service="dbs",severity!="info"}')).toEqual(expected);
    expect(parseMatchers('service="dbs", severity!=info')).toEqual(expected);
  });

  test("leaves commas and braces in quotes alone", () => {
    expect(parseMatchers('a="1,2",b="}"')).toEqual([equals("a", "1,2"), equals("b", "}")]);
  });

  test("gives nothing for nothing", () => {
    expect(parseMatchers("{}")).toEqual([]);
    expect(parseMatchers("")).toEqual([]);
  });

  test("never takes an open quote for a matcher", () => {
    expect(() => parseMatchers('{service="dbs}')).toThrow(MatcherSyntaxError);
  });
});

describe("matches", () => {
  test("patterns match the whole value", () => {
    expect(matches(matcher("db", true, true), labels)).toBe(false);
    expect(matches(matcher("db.", true, true), labels)).toBe(true);
    expect(matches(matcher("db", true, false), labels)).toBe(true);
  });

  test("a missing label is the empty string", () => {
    expect(matches(equals("site", ""), labels)).toBe(true);
    expect(matches({ name: "site", value: ".+", isRegex: true, isEqual: true }, labels)).toBe(false);
  });

  test("a pattern with nested repetition takes linear time", () => {
    const evil = { name: "service", value: "(a+)+b", isRegex: true, isEqual: true };
    expect(matches(evil, { service: "a".repeat(5000) })).toBe(false);
  });

  test("all of several must match, and none matches everything", () => {
    expect(matchesAll([equals("service", "dbs"), equals("severity", "high")], labels)).toBe(true);
    expect(matchesAll([equals("service", "dbs"), equals("severity", "info")], labels)).toBe(false);
    expect(matchesAll([], labels)).toBe(true);
  });
});
