import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DurationSyntaxError, formatDuration, parseDuration } from "../../src/alert/duration.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe("parseDuration", () => {
  test.each([
    ["15s", 15_000],
    ["1h30m", 1.5 * HOUR],
    ["7d", 7 * DAY],
    ["2w", 14 * DAY],
    ["250ms", 250],
    ["0.5h", HOUR / 2],
    [" 5m ", 300_000],
  ])("reads %s", (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  test.each(["", "5", "5 minutes", "m", "-5m", "5m!", "1h 30m", "1y"])("refuses %j", (text) => {
    expect(() => parseDuration(text)).toThrow(DurationSyntaxError);
  });
});

describe("formatDuration", () => {
  test.each([
    [4 * DAY + 10 * HOUR + 60_000, "4d 10h"],
    [11 * HOUR + 39 * 60_000, "11h 39m"],
    [45_000, "45s"],
    [DAY + 60_000, "1d"],
    [999, "0s"],
    [0, "0s"],
    [-90_000, "1m 30s"],
  ])("writes %i ms as %s", (milliseconds, expected) => {
    expect(formatDuration(milliseconds)).toBe(expected);
  });

  test("never loses more than the units it leaves out", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 100 * DAY }), (milliseconds) => {
        const read = parseDuration(formatDuration(milliseconds).replaceAll(" ", ""));
        expect(read).toBeLessThanOrEqual(milliseconds);
        expect(milliseconds - read).toBeLessThan(HOUR);
      }),
    );
  });
});
