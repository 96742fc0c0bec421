import { describe, expect, it } from "vitest";
import { gather, groupMetrics } from "../../../src/detect/fleet/weights.ts";

describe("groupMetrics", () => {
  it("counts percentiles, units and directions of one metric as one, and weighs what the entity holds itself", () => {
    const names = [
      "MemoryUsage(Mi)",
      "MemoryUsageRate(%)",
      "LatencyP90(s)",
      "LatencyP99(s)",
      "NodeMemoryUsageRate(%)",
      "NetworkReceiveBytes",
      "NetworkTransmitBytes",
      "SyscallRead",
      "SyscallWrite",
      "disk_read_bytes",
      "disk_written_bytes",
      "thread_count",
    ];
    expect(groupMetrics(names)).toEqual([
      { metrics: [0, 1], weight: 3 },
      { metrics: [2, 3], weight: 1 },
      { metrics: [4], weight: 1 },
      { metrics: [5, 6], weight: 0.5 },
      { metrics: [7, 8], weight: 1 },
      { metrics: [9, 10], weight: 0.5 },
      { metrics: [11], weight: 1 },
    ]);
  });
});

describe("gather", () => {
  it("is the weighted mean of group means", () => {
    const groups = [
      { metrics: [0, 1], weight: 3 },
      { metrics: [2], weight: 1 },
    ];
    expect(gather(Float64Array.of(1, 3, 4), groups)).toBeCloseTo((3 * 2 + 4) / 4, 12);
    expect(gather(new Float64Array(), [])).toBe(0);
  });
});
