import { beforeAll, describe, expect, it, vi } from "vitest";
import { loadNative } from "../../../src/detect/backend/native.ts";
import { abandonNative, prepareBackend, wishBackend } from "../../../src/detect/backend/prepare.ts";
import { checkBackend } from "../../../src/detect/backend/self-check.ts";
import type { TensorFlow } from "../../../src/detect/backend/tensor-flow.ts";
import type { Model } from "../../../src/detect/detector.ts";
import { networkDetectors } from "../../../src/detect/models/networks.ts";
import { decodeSavedModel, encodeSavedModel } from "../../../src/detect/saved-model.ts";
import { rowOf, waves } from "../models/network-frames.ts";

vi.setConfig({ testTimeout: 240_000 });

const native: TensorFlow | null = await loadNative().catch(() => null);
// Skipped where tfjs-node does not load; scripts/fetch-libtensorflow.mjs installs it.
const title =
  native === null ? "TensorFlow's native library (skipped: it does not load here)" : "TensorFlow's native library";

describe.skipIf(native === null)(title, () => {
  const train = waves(400, 2);
  const test = waves(120, 2, 400);
  const scores = (model: Model): number[] => {
    const scorer = model.scorer();
    return Array.from({ length: test.rows }, (_, row) => scorer.push(rowOf(test, row), row).score);
  };

  beforeAll(() => wishBackend({ wanted: "native" }));

  it("agrees with the recorded references of all networks", async () => {
    expect(await checkBackend(native as TensorFlow)).toBeNull();
  });

  it("trains all networks, whose saved models score elsewhere what they score here", async () => {
    for (const detector of networkDetectors) {
      wishBackend({ wanted: "native" });
      const losses: number[] = [];
      const onProgress = ({ loss }: { loss: number | null }) => losses.push(loss ?? Number.NaN);
      const model = await detector.fit(train, { seed: 1, epochs: 3, onProgress });
      expect((await prepareBackend()).name).toBe("native");
      expect(losses.at(-1)).toBeLessThan(losses[0] as number);
      const loaded = await detector.load(decodeSavedModel(encodeSavedModel(model.save())));
      expect(scores(loaded)).toEqual(scores(model));
      // The vector kernels start from the same weights and see the same windows: only the rounding differs.
      wishBackend({ wanted: "wasm" });
      const own = await detector.fit(train, { seed: 1, epochs: 3 });
      const [here, there] = [scores(model), scores(own)];
      for (const [row, score] of here.entries()) {
        expect(Math.abs(score - (there[row] as number))).toBeLessThan(0.05 * Math.max(...here));
      }
    }
  });

  it("is let go of when it fails, for good", async () => {
    expect(await abandonNative()).toBe(true);
    expect((await prepareBackend()).name).toBe("wasm");
    expect(await abandonNative()).toBe(false);
  });
});
