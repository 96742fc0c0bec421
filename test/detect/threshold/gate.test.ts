import { describe, expect, it } from "vitest";
import { CLOSED_GATE, type GateState, stepGate } from "../../../src/detect/threshold/gate.ts";

const rule = { open: 3, of: 5, close: 0.6 };

function decisions(scores: readonly number[]): string[] {
  let state: GateState = CLOSED_GATE;
  return scores.map((score) => {
    const step = stepGate(state, { ratio: score, present: score }, rule);
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
    expect(decisions([3, 0.7, 0.7, 0.55, 0.55, 0.55, 0.55, 0.55])).toEqual([
      "opened",
      "lasting",
      "lasting",
      ...Array(4).fill("falling"),
      "closed",
    ]);
  });

  it("closes after three points that are plainly ordinary", () => {
    expect(decisions([3, 0.1, 0.1, 0.1])).toEqual(["opened", "falling", "falling", "closed"]);
    expect(decisions([3, 0.1, 0.1, 0.55, 0.1, 0.1]).at(-1)).toBe("closed");
  });

  it("looks at the present alone while open, and does not open again from what has passed", () => {
    let state: GateState = CLOSED_GATE;
    const step = (ratio: number, present: number) => {
      const next = stepGate(state, { ratio, present }, rule);
      state = next.state;
      return next.decision;
    };
    expect(step(5, 5)).toBe("opened");
    expect([step(5, 0.1), step(4, 0.1), step(4, 0.1)].at(-1)).toBe("closed");
    expect(Array.from({ length: 60 }, () => step(3, 0.2))).toEqual(Array(60).fill("quiet"));
    expect(step(3, 0.2)).toBe("opened");
  });

  it("opens again at once for what happens anew", () => {
    expect(decisions([3, 0.1, 0.1, 0.1, 3]).at(-1)).toBe("opened");
  });
});
