import { dirname, sep } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { registerTrainingKernels } from "./kernels/register.ts";

let ready: Promise<typeof tf> | null = null;

async function load(): Promise<typeof tf> {
  // The package's entry lies beside its .wasm files; the path is given so that it holds in workers and bundles too.
  const entry = fileURLToPath(import.meta.resolve("@tensorflow/tfjs-backend-wasm"));
  setWasmPaths(dirname(entry) + sep);
  if (!(await tf.setBackend("wasm"))) {
    throw new Error("TensorFlow.js could not start its wasm backend");
  }
  await tf.ready();
  registerTrainingKernels();
  return tf;
}

/** TensorFlow.js on WebAssembly with the kernels that training needs. */
export function loadWasm(): Promise<typeof tf> {
  ready ??= load();
  return ready;
}
