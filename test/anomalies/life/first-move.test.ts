import { describe, expect, it } from "vitest";
import { type Course, firstToMove } from "../../../src/anomalies/life/first-move.ts";

const STEP = 15_000;
const ROWS = 160;
const openedAt = new Date((ROWS - 1) * STEP);

/** Around 10 until `from`, then `level`. */
function course(metric: string, from: number, level: number): Course {
  const values = Array.from({ length: ROWS }, (_, row) => (row >= from ? level : 10 + (row % 5) * 0.1));
  return { metric, times: values.map((_, row) => row * STEP), values };
}

describe("firstToMove", () => {
  it("names the metric that left its usual range first, with what was usual", () => {
    const found = firstToMove([course("latency", 155, 30), course("cpu", 150, 14)], openedAt);
    expect(found).toMatchObject({ metric: "cpu", at: new Date(150 * STEP), seen: 14 });
    expect(found?.usual).toBeCloseTo(10.2);
  });

  it("takes the worse of two that moved together", () => {
    expect(firstToMove([course("latency", 150, 30), course("cpu", 150, 14)], openedAt)?.metric).toBe("latency");
  });

  it("does not take a short blip long before for the beginning", () => {
    const blip = course("cpu", 157, 14);
    const values = blip.values.map((value, row) => (row === 132 ? 14 : value));
    expect(firstToMove([{ ...blip, values }], openedAt)?.at).toEqual(new Date(157 * STEP));
  });

  it("leaves out missing values, and metrics that did not move", () => {
    const holes = course("latency", 150, 30);
    const values = holes.values.map((value, row) => (row % 3 === 0 ? null : value));
    expect(firstToMove([{ ...holes, values }, course("cpu", ROWS, 0)], openedAt)?.metric).toBe("latency");
  });

  it("says nothing without enough rows before", () => {
    const short = course("cpu", 20, 30);
    const cut = { metric: "cpu", times: short.times.slice(0, 25), values: short.values.slice(0, 25) };
    expect(firstToMove([cut], new Date(24 * STEP))).toBeNull();
    expect(firstToMove([], openedAt)).toBeNull();
  });
});
