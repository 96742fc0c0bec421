import * as tf from "@tensorflow/tfjs";
import { expect } from "vitest";
import { loadNative } from "../../../src/detect/backend/native.ts";
import { loadWasm } from "../../../src/detect/backend/wasm.ts";

export type Answers = readonly { readonly shape: readonly number[]; readonly values: readonly number[] }[];

/** Runs on one backend; the tensors are made inside, so that nothing is shared between the two. */
async function answersOn(backend: "cpu" | "wasm" | "tensorflow", run: () => tf.Tensor | tf.Tensor[]): Promise<Answers> {
  if (!(await tf.setBackend(backend))) {
    throw new Error(`no backend ${backend}`);
  }
  const results = tf.tidy(run);
  const list = Array.isArray(results) ? results : [results];
  const answers = list.map((tensor) => ({ shape: tensor.shape, values: Array.from(tensor.dataSync()) }));
  tf.dispose(list);
  return answers;
}

/** The native library where tfjs-node loads; it is held to the same contract. */
const native = await loadNative().then(
  () => true,
  () => false,
);

export interface Held {
  readonly tolerance?: number;
  /** In what TensorFlow's native library differs from TensorFlow.js by intent; the networks do not depend on it. */
  readonly nativeDiffers?: string | undefined;
}

/** The same calculation on the cpu backend and on the others must give the same shapes and, to float32's precision, numbers. */
export async function expectSameOnBoth(run: () => tf.Tensor | tf.Tensor[], options: Held = {}): Promise<void> {
  const { tolerance = 1e-4, nativeDiffers } = options;
  await loadWasm();
  // Silences the advice that the cpu backend prints at its first use.
  tf.env().set("IS_TEST", true);
  const expected = await answersOn("cpu", run);
  for (const backend of native && nativeDiffers === undefined
    ? (["wasm", "tensorflow"] as const)
    : (["wasm"] as const)) {
    expectSame(await answersOn(backend, run), expected, tolerance);
  }
  await tf.setBackend("wasm");
}

function expectSame(seen: Answers, expected: Answers, tolerance: number): void {
  expect(seen.map((answer) => answer.shape)).toEqual(expected.map((answer) => answer.shape));
  for (const [i, answer] of expected.entries()) {
    const scale = Math.max(1, ...answer.values.map(Math.abs));
    const values = seen[i]?.values ?? [];
    const worst = answer.values.reduce((most, value, at) => Math.max(most, Math.abs(value - (values[at] ?? NaN))), 0);
    expect(worst / scale).toBeLessThan(tolerance);
  }
}

/** Numbers that look random but are the same at every run. */
export function numbers(shape: readonly number[], seed: number): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  return Float32Array.from({ length: size }, (_, i) => Math.sin((i + 1) * (seed + 1.37) * 1.7) * 2);
}
