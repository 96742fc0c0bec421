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
    ["service=~dbs-[a-z0-9]{5}", matcher("dbs-[a-z0-9]{5}", true, true)],
    ["service=~dbs-[a-z]{1,3}", matcher("dbs-[a-z]{1,3}", true, true)],
    ['service=~"node-\\d+\\..*"', matcher("node-\\d+\\..*", true, true)],
    ['service="a\\nb\\\\c"', matcher("a\nb\\c", false, true)],
    ['"k8s.pod.name"="x"', equals("k8s.pod.name", "x")],
    ['"a \\u00e9\\x41\\101\\t"!~"x"', { name: "a éAA\t", value: "x", isRegex: true, isEqual: false }],
    ["9x=1", equals("9x", "1")],
    ["service=~(?P<n>a)|(?P<n>b)", matcher("(?P<n>a)|(?P<n>b)", true, true)],
  ])("reads %s", (text, expected) => {
    expect(parseMatcher(text)).toEqual(expected);
  });

  test.each([
    ["dbs", /expected name="value"/],
    ["", /expected name="value"/],
    ["=1", /expected name="value"/],
    ['""="1"', /needs the name of a label/],
    ['"a.b="1"', /is not expected|is not a matcher/],
    ['"a\\q"="1"', /unknown escape/],
    ['"a\\xff"="1"', /not UTF-8/],
    [`a=${"x".repeat(20_000)}`, /may have 10000 characters/],
    ["service=~)|(", /not a valid RE2 pattern/],
    ["a=\ud800", /half of a character/],
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

  test("keeps the braces of a pattern", () => {
    const pattern = { name: "pod", value: "dbs-[a-z0-9]{5}", isRegex: true, isEqual: true };
    expect(parseMatchers("pod=~dbs-[a-z0-9]{5}")).toEqual([pattern]);
    expect(parseMatchers("{pod=~dbs-[a-z0-9]{5}}")).toEqual([pattern]);
    expect(parseMatchers('{"k8s.pod.name"="x", pod=~"dbs-[a-z0-9]{5}",}')).toEqual([
      equals("k8s.pod.name", "x"),
      pattern,
    ]);
  });

  test("refuses an open brace that does not close, and empty matchers", () => {
    expect(() => parseMatchers('{service="dbs"')).toThrow(/does not close/);
    expect(() => parseMatchers("a=b,,c=d")).toThrow(MatcherSyntaxError);
    expect(() => parseMatchers('"a"="b" "c"="d"')).toThrow(/needs a comma/);
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

  test("names that every object has are labels like others", () => {
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
      expect(matches({ name, value: "", isRegex: false, isEqual: false }, labels)).toBe(false);
      expect(matches(equals(name, "x"), JSON.parse(`{"${name}":"x"}`))).toBe(true);
    }
  });

  test("a dot in a pattern is no line feed, as in Go", () => {
    expect(matches(matcher("a.b", true, true), { service: "a\nb" })).toBe(false);
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
