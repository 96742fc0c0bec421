import { describe, expect, it } from "vitest";
import { createDailyResidual } from "../../../src/detect/stream/daily.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Monday, 6 January 2025. */
const MONDAY = 1_736_121_600;

/** Residuals at each hour of `days` days from a Monday. */
function hours(kinds: "every day" | "weekends apart", days: number, valueAt: (day: number, hour: number) => number) {
  const residual = createDailyResidual(kinds);
  return Array.from({ length: days * 24 }, (_, i) => {
    const day = Math.floor(i / 24);
    return residual.push(valueAt(day, i % 24), MONDAY + day * DAY + (i % 24) * HOUR);
  });
}

describe("createDailyResidual", () => {
  it("does not know before three days, then compares with the median of them at this time of day", () => {
    const residuals = hours("every day", 5, (day, hour) => hour + (day === 4 ? 7 : 0));
    expect(residuals.slice(0, 3 * 24).every(Number.isNaN)).toBe(true);
    expect(residuals.slice(3 * 24, 4 * 24)).toEqual(Array.from({ length: 24 }, () => 0));
    expect(residuals.slice(4 * 24)).toEqual(Array.from({ length: 24 }, () => 7));
  });

  it("compares Saturdays and Sundays with each other only, where they are told apart", () => {
    const quietWeekends = (day: number) => (day % 7 >= 5 ? 1 : 10);
    const apart = hours("weekends apart", 21, quietWeekends);
    expect(apart.filter((residual) => !Number.isNaN(residual) && residual !== 0)).toEqual([]);
    // The first Saturday, when only working days are known of the kind.
    expect(apart.slice(5 * 24, 7 * 24).every(Number.isNaN)).toBe(true);
    expect(hours("every day", 21, quietWeekends)[5 * 24]).toBe(-9);
  });

  it("does not know without a time", () => {
    expect(createDailyResidual("every day").push(1, Number.NaN)).toBeNaN();
  });

  it("goes on from its state", () => {
    const first = createDailyResidual("weekends apart");
    for (let i = 0; i < 100; i++) {
      first.push(i % 24, MONDAY + i * HOUR);
    }
    const second = createDailyResidual("weekends apart", JSON.parse(JSON.stringify(first.state())));
    for (let i = 100; i < 200; i++) {
      expect(second.push(i, MONDAY + i * HOUR)).toEqual(first.push(i, MONDAY + i * HOUR));
    }
  });
});
