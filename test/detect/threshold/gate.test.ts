import { describe, expect, it } from "vitest";
import { CLOSED_GATE, type GateState, stepGate } from "../../../src/detect/threshold/gate.ts";

const rule = { open: 3, of: 5, close: 0.6 };

function decisions(scores: readonly number[]): string[] {
  let state: GateState = CLOSED_GATE;
  return scores.map((score) => {
    const step = stepGate(state, score, 1, rule);
    state = step.state;
    return step.decision;
  });
}

describe("stepGate", () => {
  it("opens on three of five points over the threshold", () => {
    expect(decisions([1, 0, 1, 0, 1])).toEqual(["rising", "rising", "rising", "rising", "opened"]);
    expect(decisions([1, 0, 0, 1, 0, 0, 1]).at(-1)).toBe("rising");
  });

  it("opens at once for a point far over it", () => {
    expect(decisions([0.5, 3])).toEqual(["quiet", "opened"]);
  });

  it("lasts between the two thresholds and closes after five points below the lower one", () => {
    expect(decisions([3, 0.7, 0.7, 0.1, 0.1, 0.1, 0.1, 0.1])).toEqual([
      "opened",
      "lasting",
      "lasting",
      ...Array(4).fill("falling"),
      "closed",
    ]);
  });
});
