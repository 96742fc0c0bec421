import { describe, expect, it } from "vitest";
import { median, quantileSorted } from "../../src/detect/math/statistics.ts";
import { defaultDetector } from "../../src/detect/models/default.ts";
import { incident } from "./incidents.ts";
import { tellIncident } from "./told-incident.ts";

/** Rules were tuned on seeds below 1,000; `bench/incidents.ts` judges on three hundred. */
const SEEDS = Array.from({ length: 60 }, (_, i) => 5000 + i);

describe("made-up incidents with known answers", () => {
  it("are told by their kind, class, metric and value, and end soon after they are over", async () => {
    const all = await Promise.all(
      SEEDS.map(async (seed) => ({ seed, ...(await tellIncident(incident(seed), defaultDetector)) })),
    );
    const found = all.filter(({ event }) => event !== null);
    expect(found.length / all.length).toBeGreaterThan(0.85);
    for (const what of ["kind", "class", "metric", "value"] as const) {
      const right = found.filter((one) => one.right[what]).length / found.length;
      expect(right, what).toBeGreaterThanOrEqual(0.95);
    }
    const ends = found.map(({ endDelay }) => endDelay).sort((left, right) => left - right);
    expect(median(ends)).toBeLessThanOrEqual(3);
    expect(quantileSorted(ends, 0.9)).toBeLessThanOrEqual(12);
    expect(found.reduce((sum, { splits, falseEvents }) => sum + splits + falseEvents, 0)).toBeLessThanOrEqual(2);
  });

  it("of a single row are open for six rows at most", async () => {
    const spikes = SEEDS.map(incident).filter(({ from, to }) => from === to);
    expect(spikes.length).toBeGreaterThan(3);
    for (const one of spikes) {
      const { open, event } = await tellIncident(one, defaultDetector);
      expect(event === null ? 0 : open, one.name).toBeLessThanOrEqual(6);
    }
  });
});
