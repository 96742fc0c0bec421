import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { volumeUnderSurface } from "../../../src/evaluate/measures/volume-under-surface.ts";
import { bruteForceVolume } from "./brute-force-volume.ts";

const labels = Array.from({ length: 200 }, (_, i) => ((i >= 50 && i <= 59) || (i >= 120 && i <= 122) ? 1 : 0));
const scores = labels.map((label, i) => Math.round((Math.sin(0.37 * i) + 0.8 * label) * 1e6) / 1e6);

describe("volumeUnderSurface", () => {
  it.each([
    [0, 0.8399861008556662],
    [10, 0.8680545740798654],
    [20, 0.873874394345161],
  ])("gives the reference VUS-PR for W=%i", (window, expected) => {
    expect(volumeUnderSurface(labels, scores, window).pr).toBeCloseTo(expected, 9);
  });

  it("gives the reference VUS-ROC for W=10", () => {
    expect(volumeUnderSurface(labels, scores, 10).roc).toBeCloseTo(0.9716677239827817, 9);
  });

  it("is NaN without labelled rows", () => {
    expect(volumeUnderSurface([0, 0], [1, 2], 2).pr).toBeNaN();
  });

  it("ranks rows without a score last", () => {
    const withGaps = scores.map((score, i) => (labels[i] === 0 ? Number.NaN : score));
    expect(volumeUnderSurface(labels, withGaps, 0).pr).toBe(1);
  });

  it("is what the definition gives, for segments that are near, touch the ends, or score alike", () => {
    const row = fc.record({ label: fc.integer({ min: 0, max: 9 }), score: fc.integer({ min: 0, max: 20 }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 3, maxLength: 60 }), fc.integer({ min: 0, max: 12 }), (rows, window) => {
        const marked = rows.map(({ label }) => (label > 7 ? 1 : 0));
        const scored = rows.map(({ score }) => score);
        fc.pre(marked.some((label) => label === 1) && marked.some((label) => label === 0));
        const found = volumeUnderSurface(marked, scored, window);
        const expected = bruteForceVolume(marked, scored, window);
        expect(found.pr).toBeCloseTo(expected.pr, 9);
        expect(found.roc).toBeCloseTo(expected.roc, 9);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});
