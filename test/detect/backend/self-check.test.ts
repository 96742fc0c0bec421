import * as core from "@tensorflow/tfjs";
import { describe, expect, it, vi } from "vitest";
import { REFERENCES } from "../../../src/detect/backend/references.ts";
import {
  checkBackend,
  compareReference,
  measureReference,
  REFERENCE_METRICS,
} from "../../../src/detect/backend/self-check.ts";
import { loadWasm } from "../../../src/detect/backend/wasm.ts";
import { architectures } from "../../../src/detect/models/networks.ts";
import { programLearner } from "../../../src/detect/models/program/learner.ts";
import { borrowKernels, type Kernels } from "../../../src/detect/simd/kernels.ts";

// The cpu backend is slow.
vi.setConfig({ testTimeout: 120_000 });

describe("the self-check of a backend", () => {
  it("finds nothing on the cpu backend, on which its references are recorded, and on WebAssembly", async () => {
    await core.setBackend("cpu");
    expect(await checkBackend(core)).toBeNull();
    expect(await checkBackend(await loadWasm())).toBeNull();
  });

  it("finds nothing on the vector kernels", () => {
    for (const network of architectures) {
      const learner = programLearner(borrowKernels() as Kernels, network, REFERENCE_METRICS);
      const recorded = REFERENCES.get(network.name);
      expect(recorded && compareReference(measureReference(network, learner), recorded)).toBeNull();
      learner.end();
    }
  });

  it("says which network has another loss or gradient, or none recorded", async () => {
    const tf = await loadWasm();
    await tf.setBackend("wasm");
    const [name, recorded] = [...REFERENCES][0] as [string, NonNullable<ReturnType<typeof REFERENCES.get>>];
    const first = recorded.gradients[0] as (typeof recorded.gradients)[number];
    const other = {
      ...recorded,
      gradients: [{ ...first, projection: first.projection + 0.1 }, ...recorded.gradients.slice(1)],
    };
    expect(await checkBackend(tf, new Map([[name, { ...recorded, loss: 9 }]]))).toMatch(
      /^aefc: a loss of 2\.\d+ instead of 9/,
    );
    expect(await checkBackend(tf, new Map([[name, other]]))).toBe("aefc: the gradient of block 1 of 12 is off");
    expect(await checkBackend(tf, new Map())).toBe("aefc: nothing is recorded");
    expect(compareReference({ ...recorded, loss: Number.NaN }, recorded)).toMatch(/a loss of NaN/);
  });
});
