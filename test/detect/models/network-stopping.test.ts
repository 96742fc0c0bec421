import { expect, it } from "vitest";
import { prepareBackend } from "../../../src/detect/backend/prepare.ts";
import { seededRandom } from "../../../src/detect/math/random.ts";
import { findDetector } from "../../../src/detect/registry.ts";

/** Epochs without a better loss on the newest part of the history, after which training stops. */
const PATIENCE = 3;

it("stops when the newest part of the history is no longer foreseen better, and keeps the best weights", async () => {
  await prepareBackend({ wanted: "wasm" });
  const forcnn = await findDetector("forcnn");
  const random = seededRandom(3);
  const noise = {
    metrics: ["a"],
    rows: 300,
    values: Float64Array.from({ length: 300 }, () => random()),
    times: null,
  };
  const losses: number[] = [];
  const stopped = await forcnn.fit(noise, { seed: 1, onProgress: ({ loss }) => losses.push(loss ?? Number.NaN) });
  const best = losses.indexOf(Math.min(...losses)) + 1;
  expect(losses.length).toBeLessThan(30);
  expect(losses.length).toBeGreaterThanOrEqual(best);
  expect(losses.length - best).toBeLessThanOrEqual(PATIENCE);
  const atBest = await forcnn.fit(noise, { seed: 1, epochs: losses.length - PATIENCE });
  expect(stopped.save().weights).toEqual(atBest.save().weights);
}, 120_000);
