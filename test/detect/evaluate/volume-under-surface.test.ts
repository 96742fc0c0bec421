import { describe, expect, it } from "vitest";
import { volumeUnderSurface } from "../../../src/detect/evaluate/volume-under-surface.ts";

const labels = Array.from({ length: 200 }, (_, i) => ((i >= 50 && i <= 59) || (i >= 120 && i <= 122) ? 1 : 0));
const scores = labels.map((label, i) => Math.round((Math.sin(0.37 * i) + 0.8 * label) * 1e6) / 1e6);

describe("volumeUnderSurface", () => {
  it.each([
    [0, 0.8399861008556662],
    [10, 0.8680545740798654],
    [20, 0.873874394345161],
  ])("gives the reference VUS-PR for W=%i", (window, expected) => {
    expect(volumeUnderSurface(labels, scores, window).pr).toBeCloseTo(expected, 10);
  });

  it("gives the reference VUS-ROC for W=10", () => {
    expect(volumeUnderSurface(labels, scores, 10).roc).toBeCloseTo(0.9716677239827817, 10);
  });

  it("is NaN without labelled rows", () => {
    expect(volumeUnderSurface([0, 0], [1, 2], 2).pr).toBeNaN();
  });

  it("ranks rows without a score last", () => {
    const withGaps = scores.map((score, i) => (labels[i] === 0 ? Number.NaN : score));
    expect(volumeUnderSurface(labels, withGaps, 0).pr).toBe(1);
  });
});
