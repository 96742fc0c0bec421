import * as core from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/alert/user-error.ts";
import { openBackend, prepareBackend } from "../../../src/detect/backend/prepare.ts";
import { loadWasm } from "../../../src/detect/backend/wasm.ts";

const fails = async (): Promise<typeof core> => {
  throw new Error("libtensorflow.so.2: cannot open shared object file\nRequire stack: …");
};
const works = async (): Promise<typeof core> => core;
const fine = async (): Promise<null> => null;

describe("the choice of a backend", () => {
  it("takes the native library where it loads", async () => {
    const backend = await openBackend({ loaders: { native: works, wasm: fails }, check: fine });
    expect(backend).toMatchObject({ name: "native", reason: "tfjs-node loads" });
  });

  it("falls back to wasm, says why in one line and logs it", async () => {
    const lines: unknown[] = [];
    const log = (message: string, fields: object) => lines.push([message, fields]);
    const backend = await openBackend({ loaders: { native: fails, wasm: works }, log });
    const reason = "tfjs-node does not load: libtensorflow.so.2: cannot open shared object file";
    expect(backend).toMatchObject({ name: "wasm", reason });
    expect(lines).toEqual([["TensorFlow.js backend ready", { backend: "wasm", reason }]]);
  });

  it("never tries the native library when wasm is asked for", async () => {
    const backend = await openBackend({ wanted: "wasm", loaders: { native: works, wasm: works } });
    expect(backend).toMatchObject({ name: "wasm", reason: "asked for" });
  });

  it("says what to do when the native library is asked for and is not there", async () => {
    const opening = openBackend({ wanted: "native", loaders: { native: fails, wasm: works } });
    await expect(opening).rejects.toThrow(/does not load: libtensorflow.*docs\/tensorflow\.md/s);
    await expect(opening).rejects.toBeInstanceOf(UserError);
  });

  it.each([
    ["differs", async () => "aefc: a loss of 9 instead of 2.4"],
    ["throws", () => Promise.reject(new Error("aefc: a loss of 9 instead of 2.4\n  at …"))],
  ])("takes wasm where the native library loads but its self-check %s, even when it is asked for", async (_, check) => {
    const loaders = { native: works, wasm: works };
    const reason = "tfjs-node fails its self-check: aefc: a loss of 9 instead of 2.4";
    expect(await openBackend({ loaders, check })).toMatchObject({ name: "wasm", reason });
    expect(await openBackend({ wanted: "native", loaders, check })).toMatchObject({ name: "wasm", reason });
  });

  it("is made once, and another wish later is refused", async () => {
    const first = await prepareBackend({ wanted: "wasm" });
    expect(await prepareBackend()).toBe(first);
    await expect(prepareBackend({ wanted: "native" })).rejects.toThrow(/already in use/);
    expect(await loadWasm()).toBe(first.tf);
  });

  it("leaves no tensors behind", async () => {
    const tf = await loadWasm();
    await tf.setBackend("wasm");
    const before = tf.memory().numDataBuffers;
    tf.tidy(() => {
      const x = tf.ones([4, 1, 9, 3]) as core.Tensor4D;
      const w = tf.ones([1, 3, 3, 5]) as core.Tensor4D;
      tf.grads((a, b) => tf.conv2d(a as core.Tensor4D, b as core.Tensor4D, [1, 2], "same"))([x, w]);
      tf.matMul(tf.ones([3, 2]), tf.ones([3, 4]), true);
    });
    expect(tf.memory().numDataBuffers).toBe(before);
  });
});
