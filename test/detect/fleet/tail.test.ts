import { describe, expect, it } from "vitest";
import { createChangeTracker } from "../../../src/detect/fleet/change.ts";
import { createRecentTail } from "../../../src/detect/fleet/tail.ts";

describe("createRecentTail", () => {
  it("says nothing of a short past, then the share at least as high, then goes on beyond the highest", () => {
    const tail = createRecentTail();
    for (let i = 1; i < 20; i++) {
      tail.add(i);
    }
    expect(tail.surprise(100)).toBe(0);
    for (let i = 20; i <= 200; i++) {
      tail.add(i);
    }
    expect(tail.surprise(101)).toBeCloseTo(-Math.log10(101 / 201), 1);
    expect(tail.surprise(0)).toBeCloseTo(0, 2);
    expect(tail.surprise(400)).toBeGreaterThan(tail.surprise(200));
    expect(tail.surprise(4000)).toBeGreaterThan(tail.surprise(400));
  });

  it("remembers no more than its limit", () => {
    const tail = createRecentTail(30);
    for (let i = 0; i < 1000; i++) {
      tail.add(i < 900 ? 1000 : 1);
    }
    expect(tail.size).toBe(30);
    expect(tail.surprise(2)).toBeGreaterThan(1);
  });
});

describe("createChangeTracker", () => {
  it("measures the newest value and the newest three against the hour before", () => {
    const tracker = createChangeTracker(() => 0);
    for (let i = 0; i < 12; i++) {
      expect(tracker.push(10)[0]).toBeNaN();
    }
    expect(tracker.push(10)).toEqual([0, 0]);
    const [now, steady] = tracker.push(20);
    expect(now).toBeCloseTo(Math.log(2), 12);
    expect(steady).toBe(0);
    expect(tracker.push(Number.NaN)[0]).toBeNaN();
  });
});
