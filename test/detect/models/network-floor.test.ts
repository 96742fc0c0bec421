import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/detect/math/random.ts";
import { mahalanobis } from "../../../src/detect/models/mahalanobis.ts";
import { fitFloor, floorScorer } from "../../../src/detect/models/network-core/floor.ts";

const ROWS = 400;

function history() {
  const random = seededRandom(5);
  const values = Float64Array.from({ length: ROWS * 3 }, (_, at) => (at % 3 === 2 ? Number.NaN : random() + (at % 3)));
  return { metrics: ["a", "b", "empty"], rows: ROWS, values, times: null };
}

describe("the floor of a network's ranking", () => {
  it("is the plain Mahalanobis distance in units of what nine of ten rows of history stay below", async () => {
    const train = history();
    const floor = floorScorer(fitFloor(train));
    const plain = (await mahalanobis.fit(train, { seed: 1 })).scorer();
    const rows = Array.from({ length: ROWS }, (_, row) => train.values.subarray(row * 3, row * 3 + 3));
    const ratios = rows.map((row) => plain.push(row, 0).score / floor(row));
    expect(Math.max(...ratios) - Math.min(...ratios)).toBeLessThan(1e-9);
    expect(rows.filter((row) => floor(row) <= 1).length / ROWS).toBeCloseTo(0.9, 1);
  });

  it("survives being saved as JSON, with a metric that history has no value of", () => {
    const floor = fitFloor(history());
    const loaded = floorScorer(JSON.parse(JSON.stringify(floor)));
    const row = [9, 0, 1e6];
    expect(loaded(row)).toBe(floorScorer(floor)(row));
    expect(loaded(row)).toBeGreaterThan(5);
  });
});
