import { describe, expect, test } from "vitest";
import { compareSeverity, DEFAULT_SEVERITIES, severityRank } from "../../src/alert/severity.ts";

describe("severity", () => {
  test("sorts worst first and unknown last", () => {
    const sorted = [undefined, "info", "urgent", "hihg", "medium", "ticket"].toSorted((left, right) =>
      compareSeverity(left, right, DEFAULT_SEVERITIES),
    );
    expect(sorted.slice(0, 4)).toEqual(["urgent", "medium", "ticket", "info"]);
  });

  test("does not take an object's own methods for severities", () => {
    expect(severityRank("toString", DEFAULT_SEVERITIES)).toBe(-1);
    expect(severityRank(undefined, DEFAULT_SEVERITIES)).toBe(-1);
  });

  test("follows a ranking of one's own", () => {
    expect(compareSeverity("page", "mail", { page: 2, mail: 1 })).toBeLessThan(0);
  });
});
