import { describe, expect, test } from "vitest";
import { formatNumber, offBy } from "../../src/bot/messages/numbers.ts";
import { cut, lines, link, plain } from "../../src/bot/messages/payload.ts";
import { age, ago, span } from "../../src/bot/messages/time.ts";
import { nearest } from "../../src/bot/nearest.ts";
import { earlier, NOW } from "./samples.ts";

describe("nearest", () => {
  const services = ["dbs", "das", "frontend", "crabserver", "couchdb"];
  test.each([
    ["dbx", ["dbs"]],
    ["crab", ["crabserver"]],
    ["FRONTND", ["frontend"]],
    ["couch", ["couchdb"]],
    ["xyzzy", []],
    ["", []],
    ["d".repeat(5000), []],
  ])("%s", (word, expected) => {
    expect(nearest(word, services)).toEqual(expected);
  });
});

describe("numbers for people", () => {
  test.each([
    [0, "0"],
    [4.0999, "4.1"],
    [12_345, "12.3k"],
    [2.1e9, "2.1G"],
    [Number.NaN, "NaN"],
  ])("%d is %s", (value, expected) => expect(formatNumber(value)).toBe(expected));

  test.each([
    [4.1, 0.8, "5.12× higher"],
    [1.3, 1, "30 % higher"],
    [0.37, 1, "63 % lower"],
    [5, 0, "off by 5"],
    [-5, 5, "off by 10"],
  ])("%d instead of %d is %s", (seen, expected, words) => expect(offBy(seen, expected)).toBe(words));
});

describe("text", () => {
  test("of others cannot mention, link or call", () => {
    expect(plain("<!channel> & <@U1>")).toBe("&lt;!channel&gt; &amp; &lt;@U1&gt;");
  });

  test("a link only leads to the web, and its label cannot break out", () => {
    expect(link("https://example.org/a", "a|b>c")).toBe("<https://example.org/a|a¦b&gt;c>");
    expect(link("javascript:alert(1)", "x")).toBe("x");
    expect(link("https://a.org/|evil>", "x")).toBe("x");
  });

  test("is cut with an ellipsis, never within a surrogate pair", () => {
    expect(cut("abcdef", 4)).toBe("abc…");
    expect(cut("ab😀cd", 4)).toBe("ab…");
  });

  test("lists say how many lines are left out", () => {
    expect(lines(["a".repeat(500), "b".repeat(500), "c".repeat(500)], 1100)).toMatch(/_… and 1 more_$/);
  });
});

describe("times", () => {
  test("are coarse", () => {
    expect(ago(earlier(3_725_000), NOW)).toBe("1h 2m ago");
    expect(ago(NOW, NOW)).toBe("just now");
    expect(span(90_061_000)).toBe("1d 1h");
  });

  test("of a part say when it is stale or missing", () => {
    expect(age({ kind: "stale", value: 1, at: earlier(600_000), because: "timeout" }, NOW)).toBe(
      ":warning: stale, as of 10m ago: timeout",
    );
    expect(age({ kind: "missing", because: "refused" }, NOW)).toBe(":warning: missing: refused");
  });
});
