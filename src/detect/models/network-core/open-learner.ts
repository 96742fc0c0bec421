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
  const { wanted, log } = wished();
  const kernels = wanted === "native" ? null : borrowKernels();
  if (kernels !== null) {
    if (!told) {
      told = true;
      log?.("networks train on vector kernels", { reason: wanted === "wasm" ? "asked for" : "the fastest there is" });
    }
    return programLearner(kernels, network, metrics);
  }
  const { tf } = await prepareBackend();
  return tensorLearner(tf, network, metrics);
}
