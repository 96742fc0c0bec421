import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { courseOf, createPastEvents, likeness } from "../../../src/anomalies/life/similar.ts";
import { event, minute } from "./events.ts";

const now = event("now", { openedAt: minute(1000), context: { course: [1, 2, 3, 2] } });
const cpuOnly = { contributions: [{ metric: "cpu", share: 1, seen: 9, expected: 1 }] };

describe("mostAlike", () => {
  it("finds the event whose metrics and course were most alike, and says what they share", () => {
    const past = createPastEvents();
    past.add(event("other", { openedAt: minute(-100), ...cpuOnly }));
    past.add(event("same", { openedAt: minute(-50), context: { course: [1, 2, 3, 2] } }));
    past.add(event("flat", { openedAt: minute(-10), context: { course: [1, 1, 1, 1] } }));
    const found = past.mostAlike(now);
    expect(found).toMatchObject({ id: "same", because: "latency, cpu moved alike" });
    expect(found?.alike).toBeCloseTo(1);
  });

  it("finds nothing where nothing is alike, of another service, or later", () => {
    const past = createPastEvents();
    past.add(event("cpu", { openedAt: minute(-100), ...cpuOnly }));
    past.add(event("elsewhere", { openedAt: minute(-100), service: "das", entity: "das" }));
    past.add(event("later", { openedAt: minute(2000) }));
    expect(past.mostAlike(now)).toBeNull();
  });

  it("says that people called the earlier one ordinary", () => {
    const past = createPastEvents();
    const lowered = [{ by: "feedback", muted: true, because: "" }] as const;
    past.add(event("known", { openedAt: minute(-9), entity: "dbs-1", context: { lowered } }));
    expect(past.mostAlike(now)?.because).toBe("latency, cpu moved alike in dbs-1; people called it ordinary");
  });

  it("keeps a bounded number per service", () => {
    const past = createPastEvents();
    past.add(event("first", { openedAt: minute(-9000) }));
    for (let at = 0; at < 200; at++) {
      past.add(event(`e${at}`, { openedAt: minute(-1000 + at), ...cpuOnly }));
    }
    expect(past.mostAlike(now)).toBeNull();
  });
});

describe("likeness", () => {
  it("tells a rise from a fall of the same metric", () => {
    const rise = event("rise", { contributions: [{ metric: "requests", share: 1, seen: 9, expected: 1 }] });
    const fall = event("fall", { contributions: [{ metric: "requests", share: 1, seen: 0, expected: 1 }] });
    expect(likeness(rise, fall)).toBe(0);
    expect(likeness(fall, { ...fall, kind: "contextual" })).toBeCloseTo(0.85);
  });
});

describe("courseOf", () => {
  it("keeps at most 16 values, and the highest among them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 400 }),
        (ratios) => {
          const course = courseOf(ratios);
          expect(course.length).toBeLessThanOrEqual(16);
          expect(Math.max(...course)).toBeCloseTo(Math.max(...ratios), -1);
        },
      ),
    );
    expect(courseOf([Number.NaN, 1])).toEqual([1]);
  });
});
