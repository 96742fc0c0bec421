import { adamRate } from "../../simd/element-kernels.ts";
import { type Kernels, LANES } from "../../simd/kernels.ts";
import { type WeightSpec, weightCount } from "../network-core/weight-spec.ts";

/** One block of weights in the kernels' memory: rows padded with zeros to whole vectors. */
export interface WeightBlock {
  readonly at: number;
  readonly gradient: number;
  readonly rows: number;
  readonly columns: number;
  /** Distance of two rows. */
  readonly stride: number;
}

/** The weights of one network, their gradients and Adam's moments. */
export interface WeightStore {
  readonly kernels: Kernels;
  readonly blocks: readonly WeightBlock[];
  /** A row of zeros as long as any, and a single 1. */
  readonly zeros: number;
  readonly one: number;
  /** @param values in the order and shapes of the architecture */
  write(values: readonly Float32Array[]): void;
  read(): Float32Array[];
  readGradients(): Float32Array[];
  clearGradients(): void;
  /** Moves the weights against their gradients. */
  step(learningRate: number): void;
}

const padded = (count: number): number => Math.ceil(count / LANES) * LANES;

/** Room in the order of the specifications, `from` the first address. */
function blocksOf(specs: readonly WeightSpec[], from: number, total: number): WeightBlock[] {
  let at = from;
  return specs.map((spec) => {
    const columns = spec.shape.at(-1) as number;
    const rows = weightCount(spec) / columns;
    const block = { at, gradient: at + total, rows, columns, stride: padded(columns) };
    at += rows * block.stride;
    return block;
  });
}

function copyOut(values: Float32Array, block: WeightBlock, from: number): Float32Array {
  const { rows, columns, stride } = block;
  const copy = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    copy.set(values.subarray(from + row * stride, from + row * stride + columns), row * columns);
  }
  return copy;
}

export function weightStore(kernels: Kernels, specs: readonly WeightSpec[]): WeightStore {
  const sizes = specs.map(
    (spec) => (weightCount(spec) / (spec.shape.at(-1) as number)) * padded(spec.shape.at(-1) as number),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const at = kernels.reserve(4 * total);
  const blocks = blocksOf(specs, at, total);
  const zeros = kernels.reserve(Math.max(...blocks.map(({ rows, stride }) => Math.max(padded(rows), stride))));
  const one = kernels.reserve(1);
  kernels.values()[one] = 1;
  let steps = 0;
  return {
    kernels,
    blocks,
    zeros,
    one,
    write(values) {
      for (const [index, { at: to, rows, columns, stride }] of blocks.entries()) {
        for (let row = 0; row < rows; row++) {
          const line = (values[index] as Float32Array).subarray(row * columns, (row + 1) * columns);
          kernels.values().set(line, to + row * stride);
        }
      }
    },
    read: () => blocks.map((block) => copyOut(kernels.values(), block, block.at)),
    readGradients: () => blocks.map((block) => copyOut(kernels.values(), block, block.gradient)),
    clearGradients: () => kernels.values().fill(0, at + total, at + 2 * total),
    step(learningRate) {
      steps++;
      const moments = [at + 2 * total, at + 3 * total] as const;
      kernels.adamStep(at, at + total, moments, total, adamRate(learningRate, steps));
    },
  };
}

/** Kernel and bias number `pair` of a network whose every layer has these two. */
export function blockPair(store: WeightStore, pair: number): readonly [WeightBlock, WeightBlock] {
  return [store.blocks[2 * pair] as WeightBlock, store.blocks[2 * pair + 1] as WeightBlock];
}
