import { describe, expect, it } from "vitest";
import { gather, groupMetrics } from "../../../src/detect/fleet/weights.ts";

describe("groupMetrics", () => {
  it("counts percentiles and units of one metric as one, and weighs what the entity holds itself", () => {
    const names = [
      "MemoryUsage(Mi)",
      "MemoryUsageRate(%)",
      "LatencyP90(s)",
      "LatencyP99(s)",
      "NodeMemoryUsageRate(%)",
      "NetworkReceiveBytes",
    ];
    expect(groupMetrics(names)).toEqual([
      { metrics: [0, 1], weight: 3 },
      { metrics: [2, 3], weight: 1 },
      { metrics: [4], weight: 1 },
      { metrics: [5], weight: 0.5 },
    ]);
  });
});

describe("gather", () => {
  it("is the root of the weighted mean square of group means", () => {
    const groups = [
      { metrics: [0, 1], weight: 3 },
      { metrics: [2], weight: 1 },
    ];
    expect(gather(Float64Array.of(1, 3, 4), groups)).toBeCloseTo(Math.sqrt((3 * 4 + 16) / 4), 12);
    expect(gather(new Float64Array(), [])).toBe(0);
  });
});
