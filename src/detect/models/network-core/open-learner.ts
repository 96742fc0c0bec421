import { prepareBackend, wished } from "../../backend/prepare.ts";
import { borrowKernels } from "../../simd/kernels.ts";
import { programLearner } from "../program/learner.ts";
import type { Architecture } from "./architecture.ts";
import type { Learner } from "./learner.ts";
import { tensorLearner } from "./tensor-learner.ts";

let told = false;

/**
 * A learner for one training: on our vector kernels, which are faster than either backend of TensorFlow.js, unless the native library is
 * asked for or this engine has no vectors in WebAssembly.
 * @throws UserError when the native library is asked for and does not load
 */
export async function openLearner(network: Architecture, metrics: number): Promise<Learner> {
  const { wanted } = wished();
  if (wanted === "native") {
    const { name, tf } = await prepareBackend();
    if (name === "native") {
      return tensorLearner(tf, network, metrics);
    }
  }
  const kernels = borrowKernels();
  if (kernels === null) {
    return tensorLearner((await prepareBackend()).tf, network, metrics);
  }
  tell(wanted === "wasm" ? "asked for" : "the fastest there is");
  return programLearner(kernels, network, metrics);
}

/** Tells once. */
function tell(reason: string): void {
  if (!told) {
    told = true;
    wished().log?.("networks train on vector kernels", { reason });
  }
}
