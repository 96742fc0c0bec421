import util from "node:util";
import type { TensorFlow } from "./tensor-flow.ts";

const PACKAGE = "@tensorflow/tfjs-node";

/** tfjs-node 4.22 calls two functions that Node 24 no longer has. */
function restoreRemovedUtilities(): void {
  const legacy = util as unknown as Record<string, unknown>;
  legacy["isNullOrUndefined"] ??= (value: unknown) => value === null || value === undefined;
  legacy["isArray"] ??= Array.isArray;
}

/** TensorFlow's native library through tfjs-node. @throws whatever keeps it from loading: "not there". */
export async function loadNative(): Promise<TensorFlow> {
  restoreRemovedUtilities();
  // Not a literal: the package is optional and its types are not needed.
  const name: string = PACKAGE;
  const loaded = (await import(name)) as { default?: TensorFlow } & TensorFlow;
  const tf = loaded.default ?? loaded;
  if (!(await tf.setBackend("tensorflow"))) {
    throw new Error("tfjs-node loads but its backend does not start");
  }
  await tf.ready();
  return tf;
}
