import { describe, expect, it } from "vitest";
import { judgeSimulatedRun } from "../../../src/demo/dqm/run.ts";
import { applyOverrules, rangesWithReasons } from "../../../src/dqm/judge/verdicts.ts";

describe("the simulated run", () => {
  it("is judged by the real detector: exactly its dark lumisections are bad", async () => {
    const judged = await judgeSimulatedRun(383_996, new Date("2026-06-15T12:00:00Z"));
    const ranges = rangesWithReasons(applyOverrules(383_996, judged.lumis, []));
    expect(ranges.map(({ first, last, status }) => `${first}-${last} ${status}`)).toEqual([
      "1-111 GOOD",
      "112-131 BAD",
      "132-240 GOOD",
    ]);
    expect(
      judged.evidence[0]?.pulls.map(Math.abs).indexOf(Math.max(...(judged.evidence[0]?.pulls.map(Math.abs) ?? []))),
    ).toBeGreaterThan(12);
  });
});
