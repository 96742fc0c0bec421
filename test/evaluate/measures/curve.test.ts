import { describe, expect, it } from "vitest";
import { DEFAULT_GATE } from "../../../src/detect/threshold/gate.ts";
import { alertsAt } from "../../../src/evaluate/measures/curve.ts";

describe("alertsAt", () => {
  const rows = [0.2, 1.6, 1.6, 0.1, 0.1, 0.1, Number.NaN, 0.2].map((ratio) => ({ ratio, present: ratio }));

  it("is in alert from what is far over the threshold until the present is ordinary again", () => {
    expect(Array.from(alertsAt(rows, 1, DEFAULT_GATE))).toEqual([0, 1, 1, 1, 1, 0, 0, 0]);
  });

  it("is silent at a threshold that nothing reaches", () => {
    expect(Array.from(alertsAt(rows, 2, DEFAULT_GATE))).toEqual(rows.map(() => 0));
  });
});
