import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { expectSameOnBoth, numbers } from "./on-both.ts";

// Many shapes in one test: long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const length = fc.integer({ min: 1, max: 40 });
const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });

/** wasm's own cast to bool gives numbers beyond 1, so bools come from a comparison. */
function ofType(shape: number[], seed: number, type: "float32" | "int32" | "bool"): tf.Tensor {
  const x = tf.tensor(numbers(shape, seed), shape).mul(10);
  return type === "bool" ? x.greater(1) : x.cast(type);
}

describe("products of matrices on wasm", () => {
  it("are those of the cpu backend for every pair of transposes, batched or not, with gradients", async () => {
    const drawn = fc.record({
      outer: fc.constantFrom<number[]>([], [1], [3], [2, 2]),
      broadcast: fc.boolean(),
      rows: length,
      inner: length,
      columns: length,
      transposeA: fc.boolean(),
      transposeB: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(drawn, async (d) => {
        const shapeA = [...d.outer, ...(d.transposeA ? [d.inner, d.rows] : [d.rows, d.inner])];
        const outerB = d.broadcast ? d.outer.map(() => 1) : d.outer;
        const shapeB = [...outerB, ...(d.transposeB ? [d.columns, d.inner] : [d.inner, d.columns])];
        await expectSameOnBoth(() => {
          const a = tf.tensor(numbers(shapeA, 1), shapeA);
          const b = tf.tensor(numbers(shapeB, 2), shapeB);
          const run = (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y, d.transposeA, d.transposeB);
          return d.broadcast ? run(a, b) : [run(a, b), ...tf.grads((x, y) => run(x, y).square())([a, b])];
        });
      }),
      { numRuns: 70, seed: 21 },
    );
  });

  it("are empty or zero where a side is empty", async () => {
    await expectSameOnBoth(() => tf.matMul(tf.zeros([0, 3]), tf.ones([3, 2])));
    await expectSameOnBoth(() => tf.matMul(tf.zeros([2, 3, 0]), tf.zeros([2, 4, 0]), false, true));
  });
});

describe("slices on wasm", () => {
  it("copy any block of any rank and type, with the gradient", async () => {
    const drawn = shapes.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        begin: fc.tuple(...shape.map((n) => fc.integer({ min: 0, max: n - 1 }))),
        type: fc.constantFrom<"float32" | "int32" | "bool">("float32", "int32", "bool"),
        cut: fc.integer({ min: 0, max: 3 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(drawn, async ({ shape, begin, type, cut }) => {
        const size = shape.map((n, i) => Math.max(n - (begin[i] as number) - cut, 0));
        await expectSameOnBoth(() => {
          const x = ofType(shape, 3, type);
          const y = tf.slice(x, begin as number[], size);
          return type === "float32" ? [y, tf.grad((v) => tf.slice(v, begin as number[], size).square())(x)] : y;
        });
      }),
      { numRuns: 80, seed: 22 },
    );
  });

  it("refuse a block outside the tensor", async () => {
    await expectSameOnBoth(() => tf.scalar(1));
    expect(() => tf.slice(tf.zeros([2, 3]), [1, 1], [2, 2])).toThrow(/begin.*size/s);
  });

  it("split and unstack along any axis, with gradients", async () => {
    const drawn = shapes.chain((shape) =>
      fc.record({ shape: fc.constant(shape), axis: fc.integer({ min: -shape.length, max: shape.length - 1 }) }),
    );
    await fc.assert(
      fc.asyncProperty(drawn, async ({ shape, axis }) => {
        const along = shape.at(axis) as number;
        const sizes = along > 1 ? [1, along - 1] : [along];
        // tfjs-core cannot differentiate a split into one part, on any backend.
        fc.pre(along > 1);
        await expectSameOnBoth(() => {
          const x = tf.tensor(numbers(shape, 4), shape);
          const parts = tf.split(x, sizes, axis);
          const gradient = tf.grad((v) => {
            const [first] = tf.unstack(v, axis);
            const last = tf.split(v, sizes, axis).at(-1);
            return (first as tf.Tensor).sum().mul((last as tf.Tensor).square().sum());
          })(x);
          return [...parts, ...tf.unstack(x, axis), gradient];
        });
      }),
      { numRuns: 60, seed: 23 },
    );
  });
});

describe("tiles on wasm", () => {
  it("repeat any shape and type along each dimension, not at all included", async () => {
    const drawn = shapes.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        reps: fc.tuple(...shape.map(() => fc.integer({ min: 0, max: 3 }))),
        type: fc.constantFrom<"float32" | "int32" | "bool">("float32", "int32", "bool"),
      }),
    );
    await fc.assert(
      fc.asyncProperty(drawn, async ({ shape, reps, type }) => {
        await expectSameOnBoth(() => {
          const x = ofType(shape, 5, type);
          const y = tf.tile(x, reps as number[]);
          const differentiable = type === "float32" && shape.length <= 4 && reps.every((n) => n > 0);
          return differentiable ? [y, tf.grad((v) => tf.tile(v, reps as number[]).square())(x)] : y;
        });
      }),
      { numRuns: 70, seed: 24 },
    );
  });
});

describe("sums of segments on wasm", () => {
  it("add rows of one id, drop ids outside the range, and carry gather's gradient", async () => {
    const drawn = fc.record({
      ids: fc.array(fc.integer({ min: -1, max: 6 }), { minLength: 1, maxLength: 12 }),
      rest: fc.constantFrom<number[]>([], [3], [2, 2]),
      segments: fc.integer({ min: 1, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(drawn, async ({ ids, rest, segments }) => {
        await expectSameOnBoth(
          () => {
            const shape = [ids.length, ...rest];
            const x = tf.tensor(numbers(shape, 6), shape);
            return tf.unsortedSegmentSum(x, tf.tensor1d(ids, "int32"), segments);
          },
          { nativeDiffers: "it refuses ids outside the range" },
        );
        await expectSameOnBoth(() => {
          const shape = [8, ...rest];
          const rows = tf.tensor1d(
            ids.map((id) => Math.abs(id)),
            "int32",
          );
          return tf.grad((v) => tf.gather(v, rows).square())(tf.tensor(numbers(shape, 7), shape));
        });
      }),
      { numRuns: 60, seed: 25 },
    );
  });
});
