import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowsWithValues, sliceRows, teachingHistory } from "../../../src/anomalies/life/history.ts";
import { synthetic } from "../../detect/synthetic.ts";

const frame = synthetic(100, ["cpu", "memory"], (row, metric) => row + metric, { start: 0, step: 60 });
const stretch = (from: number, to: number) => ({ from: from * 60, to: to * 60 });

describe("teachingHistory", () => {
  it("leaves rows of events out", () => {
    const { frame: kept, excluded, joined } = teachingHistory(frame, [stretch(10, 19), stretch(15, 24)]);
    expect({ rows: kept.rows, excluded, joined }).toEqual({ rows: 85, excluded: 15, joined: 0 });
    expect(kept.times?.[10]).toBe(25 * 60);
    expect([...kept.values.subarray(20, 22)]).toEqual([25, 26]);
  });

  it("lets rows teach that people call ordinary", () => {
    const result = teachingHistory(frame, [stretch(10, 19), stretch(50, 59)], [stretch(10, 19)]);
    expect(result).toMatchObject({ excluded: 10, joined: 10 });
  });

  it("leaves nothing out where events are most of the time", () => {
    expect(teachingHistory(frame, [stretch(0, 70)])).toMatchObject({ excluded: 0, frame: { rows: 100 } });
  });

  it("drops rows without any value, and keeps those with one", () => {
    const holes = { ...frame, values: frame.values.slice() };
    holes.values.fill(Number.NaN, 0, 3);
    expect(rowsWithValues(holes)).toBe(99);
    expect(teachingHistory(holes, []).frame.rows).toBe(99);
    expect(teachingHistory(holes, []).frame.values[0]).toBeNaN();
  });

  it("never makes rows up, whatever the events", () => {
    const someStretch = fc.tuple(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 40 }));
    fc.assert(
      fc.property(fc.array(someStretch, { maxLength: 5 }), (found) => {
        const { frame: kept, excluded } = teachingHistory(
          frame,
          found.map(([from, length]) => stretch(from, from + length)),
        );
        expect(kept.rows + excluded).toBe(100);
        expect(kept.rows).toBeGreaterThanOrEqual(50);
      }),
    );
  });
});

describe("sliceRows", () => {
  it("gives part of a frame with its times", () => {
    const part = sliceRows(frame, 90);
    expect(part.rows).toBe(10);
    expect(part.values).toHaveLength(20);
    expect(part.times?.[0]).toBe(5400);
  });
});
