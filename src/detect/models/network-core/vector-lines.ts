import { ROUND, type SimdMemory, simdMemory } from "./simd.ts";

/** One memory for all models: each WebAssembly memory reserves gigabytes of addresses. */
let shared: SimdMemory | null | undefined;
let scratch = { at: 0, count: 0 };

function sharedMemory(): SimdMemory | null {
  if (shared === undefined) {
    try {
      shared = simdMemory();
    } catch {
      // Without vectors in WebAssembly the same sums are made in JavaScript.
      shared = null;
    }
  }
  return shared;
}

interface Block {
  readonly at: number;
  readonly count: number;
}

/** The lines of a kernel are kept once for all scorers of a model, and their room is given back with the kernel. */
const blocks = new WeakMap<Float32Array, Map<number, Block>>();
const collected = new FinalizationRegistry<Block>(({ at, count }) => sharedMemory()?.release(at, count));

/**
 * Products of inputs with the lines of a kernel [inputs, outputs] from output `keepFrom` on, by vectors.
 * @returns null where this engine has none, or no room
 */
export function vectorLines(kernel: Float32Array, inputs: number, outputs: number, keepFrom: number) {
  const memory = sharedMemory();
  if (memory === null) {
    return null;
  }
  const stride = Math.ceil(inputs / ROUND) * ROUND;
  const block = blocks.get(kernel)?.get(keepFrom) ?? keepLines(memory, kernel, inputs, outputs, keepFrom, stride);
  const buffer = block === null ? null : scratchFor(memory, stride);
  if (block === null || buffer === null) {
    return null;
  }
  const kept = outputs - keepFrom;
  // `owner` keeps the kernel, and with it the room, for as long as the layer lives.
  const layer = { owner: kernel, at: block.at };
  return (input: Float32Array, from: number, result: Float32Array): void => {
    const { at } = scratch;
    const values = memory.values();
    values.set(input.subarray(from, from + inputs), at);
    values.fill(0, at + inputs, at + stride);
    for (let o = 0; o < kept; o++) {
      result[o] = memory.dot(layer.at + o * stride, at, stride);
    }
  };
}

function keepLines(
  memory: SimdMemory,
  kernel: Float32Array,
  inputs: number,
  outputs: number,
  keepFrom: number,
  stride: number,
): Block | null {
  const count = (outputs - keepFrom) * stride;
  const at = reserve(memory, count);
  if (at === null) {
    return null;
  }
  const block = { at, count };
  copyLines(kernel, inputs, outputs, keepFrom, memory.values(), at, stride);
  const known = blocks.get(kernel) ?? new Map<number, Block>();
  blocks.set(kernel, known.set(keepFrom, block));
  collected.register(kernel, block);
  return block;
}

/** Where inputs are copied to, large enough for the longest layer so far. */
function scratchFor(memory: SimdMemory, count: number): Block | null {
  if (scratch.count < count) {
    const at = reserve(memory, count);
    if (at === null) {
      return null;
    }
    if (scratch.count > 0) {
      memory.release(scratch.at, scratch.count);
    }
    scratch = { at, count };
  }
  return scratch;
}

function reserve(memory: SimdMemory, count: number): number | null {
  try {
    return memory.reserve(count);
  } catch {
    return null;
  }
}

/** Line `o` of `lines` from `at` on, `stride` apart, gets the weights of output `keepFrom + o`. */
export function copyLines(
  kernel: Float32Array,
  inputs: number,
  outputs: number,
  keepFrom: number,
  lines: Float32Array,
  at: number,
  stride: number,
): void {
  for (let i = 0; i < inputs; i++) {
    for (let o = keepFrom; o < outputs; o++) {
      lines[at + (o - keepFrom) * stride + i] = kernel[i * outputs + o] as number;
    }
  }
}
