import { describe, expect, test } from "vitest";
import { alertName, isResolved, withoutLabels } from "../../src/alert/alert.ts";
import { isOurs, SILENCE_MARK } from "../../src/alert/silence.ts";

const NOW = new Date("2026-01-01T12:00:00Z");

describe("alert", () => {
  test("says when it has no name", () => {
    expect(alertName({ labels: { alertname: "x" } })).toBe("x");
    expect(alertName({ labels: {} })).toBe("(no alertname)");
  });

  test("is resolved from its end on, and never without one", () => {
    expect(isResolved({ endsAt: NOW }, NOW)).toBe(true);
    expect(isResolved({ endsAt: new Date(NOW.getTime() + 1) }, NOW)).toBe(false);
    expect(isResolved({ endsAt: null }, NOW)).toBe(false);
  });

  test("can be seen without labels that do not count", () => {
    expect(withoutLabels({ a: "1", uuid: "r4nd0m" }, ["uuid"])).toEqual({ a: "1" });
  });
});

describe("silence", () => {
  test("is ours only by the mark at its end", () => {
    expect(isOurs({ comment: `upgrade ${SILENCE_MARK} ` })).toBe(true);
    expect(isOurs({ comment: `about ${SILENCE_MARK} silences` })).toBe(false);
    expect(isOurs({ comment: "" })).toBe(false);
  });
});
