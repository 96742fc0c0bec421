import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { expectSameOnBoth, numbers } from "./on-both.ts";

// Many shapes in one test: long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const side = fc.integer({ min: 1, max: 9 });
const small = fc.integer({ min: 1, max: 3 });
const geometry = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    height: side,
    width: side,
    channels: fc.integer({ min: 1, max: 5 }),
    filterHeight: small,
    filterWidth: fc.integer({ min: 1, max: 5 }),
    filters: fc.integer({ min: 1, max: 6 }),
    strideHeight: small,
    strideWidth: small,
    pad: fc.constantFrom<"same" | "valid" | number>("same", "valid", 0, 1),
  })
  .filter((g) => {
    const padding = typeof g.pad === "number" ? 2 * g.pad : 0;
    return g.pad === "same" || (g.height + padding >= g.filterHeight && g.width + padding >= g.filterWidth);
  });
type Drawn = typeof geometry extends fc.Arbitrary<infer T> ? T : never;

/** "floor" is what whole-number padding needs where strides do not divide the size. */
const rounding = (pad: Drawn["pad"]) => (typeof pad === "number" ? ("floor" as const) : undefined);

function operands(g: Drawn) {
  const input: [number, number, number, number] = [g.batch, g.height, g.width, g.channels];
  const filter: [number, number, number, number] = [g.filterHeight, g.filterWidth, g.channels, g.filters];
  const strides: [number, number] = [g.strideHeight, g.strideWidth];
  return { input, filter, strides };
}

describe("convolution on wasm", () => {
  it("has the forward values and both gradients of the cpu backend for any stride, padding and odd size", async () => {
    await fc.assert(
      fc.asyncProperty(geometry, async (g) => {
        const { input, filter, strides } = operands(g);
        await expectSameOnBoth(
          () => {
            const x = tf.tensor4d(numbers(input, 1), input);
            const w = tf.tensor4d(numbers(filter, 2), filter);
            const run = (a: tf.Tensor4D, b: tf.Tensor4D) =>
              tf.conv2d(a, b, strides, g.pad as "same", "NHWC", 1, rounding(g.pad));
            const y = run(x, w);
            if (rounding(g.pad) !== undefined) {
              return y;
            }
            const [dx, dw] = tf.grads((a, b) =>
              run(a as tf.Tensor4D, b as tf.Tensor4D)
                .mul(0.3)
                .tanh(),
            )([x, w]);
            return [y, dx as tf.Tensor, dw as tf.Tensor];
          },
          typeof g.pad === "number" ? { nativeDiffers: "it refuses padding by numbers" } : {},
        );
      }),
      { numRuns: 80, seed: 11 },
    );
  });

  it("has the transposed convolution and its gradients", async () => {
    await fc.assert(
      fc.asyncProperty(geometry, async (g) => {
        fc.pre(typeof g.pad === "string");
        const { input, filter, strides } = operands(g);
        const pad = g.pad as "same" | "valid";
        const info = tf.backend_util.computeConv2DInfo(input, filter, strides, 1, pad);
        await expectSameOnBoth(() => {
          const y = tf.tensor4d(numbers(info.outShape, 3), info.outShape);
          const w = tf.tensor4d(numbers(filter, 4), filter);
          const run = (a: tf.Tensor, b: tf.Tensor) =>
            tf.conv2dTranspose(a as tf.Tensor4D, b as tf.Tensor4D, input, strides, pad);
          const gradients = tf.grads((a, b) => run(a, b).mul(0.3).tanh())([y, w]);
          return [run(y, w), ...gradients];
        });
      }),
      { numRuns: 80, seed: 12 },
    );
  });

  it("has values and gradients in channels-first order, asked for directly", async () => {
    await fc.assert(
      fc.asyncProperty(geometry, async (g) => {
        const { filter, strides } = operands(g);
        const input: [number, number, number, number] = [g.batch, g.channels, g.height, g.width];
        const pad = g.pad as "same";
        const info = tf.backend_util.computeConv2DInfo(
          input,
          filter,
          strides,
          1,
          pad,
          rounding(g.pad),
          false,
          "channelsFirst",
        );
        const attrs = { strides, pad, dataFormat: "NCHW", dimRoundingMode: rounding(g.pad) };
        await expectSameOnBoth(
          () => {
            const x = tf.tensor4d(numbers(input, 5), input);
            const dy = tf.tensor4d(numbers(info.outShape, 6), info.outShape);
            const w = tf.tensor4d(numbers(filter, 7), filter);
            const kernel = (name: string, inputs: tf.NamedTensorMap, more: object) =>
              tf.engine().runKernel(name, inputs, { ...attrs, ...more } as unknown as tf.NamedAttrMap) as tf.Tensor;
            return [
              kernel("Conv2D", { x, filter: w }, { dilations: 1 }),
              kernel("Conv2DBackpropFilter", { x, dy }, { filterShape: filter }),
              kernel("Conv2DBackpropInput", { dy, filter: w }, { inputShape: input }),
            ];
          },
          { nativeDiffers: "it refuses channels-first images on a processor" },
        );
      }),
      { numRuns: 60, seed: 13 },
    );
  });

  it("gives zero gradients for an empty batch", async () => {
    await expectSameOnBoth(() => {
      const x = tf.zeros([0, 4, 4, 2]) as tf.Tensor4D;
      const w = tf.ones([3, 3, 2, 2]) as tf.Tensor4D;
      const dy = tf.zeros([0, 2, 2, 2]) as tf.Tensor4D;
      const attrs = { strides: [1, 1], pad: "valid", dataFormat: "NHWC" };
      const run = (name: string, inputs: tf.NamedTensorMap, more: object) =>
        tf.engine().runKernel(name, inputs, { ...attrs, ...more } as unknown as tf.NamedAttrMap) as tf.Tensor;
      return [
        run("Conv2DBackpropFilter", { x, dy }, { filterShape: [3, 3, 2, 2] }),
        run("Conv2DBackpropInput", { dy, filter: w }, { inputShape: [0, 4, 4, 2] }),
      ];
    });
  });

  it("computes dilated convolutions and refuses their gradient by name", async () => {
    await expectSameOnBoth(() => {
      const x = tf.tensor4d(numbers([2, 1, 11, 3], 8), [2, 1, 11, 3]);
      const w = tf.tensor4d(numbers([1, 3, 3, 4], 9), [1, 3, 3, 4]);
      return tf.conv2d(x, w, 1, "same", "NHWC", [1, 2]);
    });
    const dilated = (x: tf.Tensor) =>
      tf.conv2d(x as tf.Tensor4D, tf.ones([1, 3, 3, 4]) as tf.Tensor4D, 1, "same", "NHWC", [1, 2]);
    expect(() => tf.grad(dilated)(tf.ones([1, 1, 11, 3]))).toThrow(/dilation/);
  });

  it("trains one-dimensional convolutions and pooling, maximum and average", async () => {
    const line = fc.record({ batch: small, length: fc.integer({ min: 6, max: 20 }), channels: small, stride: small });
    await fc.assert(
      fc.asyncProperty(line, fc.constantFrom<"same" | "valid">("same", "valid"), async (g, pad) => {
        await expectSameOnBoth(
          () => {
            const x = tf.tensor3d(numbers([g.batch, g.length, g.channels], 10), [g.batch, g.length, g.channels]);
            const w = tf.tensor3d(numbers([3, g.channels, 4], 11), [3, g.channels, 4]);
            const run = (a: tf.Tensor, b: tf.Tensor) => {
              const y = tf.conv1d(a as tf.Tensor3D, b as tf.Tensor3D, g.stride, pad).expandDims(1) as tf.Tensor4D;
              const highest = tf.maxPool(y, [1, 2], [1, 2], "same");
              return highest.add(tf.avgPool(y, [1, 2], [1, 2], "same"));
            };
            return [run(x, w), ...tf.grads(run)([x, w])];
          },
          { nativeDiffers: "its average does not count padding" },
        );
      }),
      { numRuns: 60, seed: 14 },
    );
  });
});
