import { addBiasGradient } from "./dense.ts";
import type { Layer } from "./program.ts";
import type { WeightBlock, WeightStore } from "./weight-store.ts";

/** Columns of `channels` values along time, for each window; around each window's columns lie `pad` columns of zeros. */
export interface Sequences {
  /** First column of the first window. */
  readonly at: number;
  readonly gradient: number | null;
  readonly channels: number;
  readonly length: number;
  readonly pad: number;
  /** Distance of two windows. */
  readonly window: number;
}

/** New sequences, with room for their gradients. */
export function sequences(
  store: WeightStore,
  windows: number,
  length: number,
  channels: number,
  pad = 0,
): Sequences & { readonly gradient: number } {
  const window = (length + 2 * pad) * channels;
  const room = () => store.kernels.reserve(windows * window) + pad * channels;
  return { at: room(), gradient: room(), channels, length, pad, window };
}

/** How many columns of zeros a short sequence needs around it, to be spread by {@link transposedLayer} or back through {@link convolutionLayer}. */
export function padOf(taps: number, stride: number): number {
  return Math.ceil(taps / stride) - 1;
}

/** Kernel [taps, long channels, short channels] between a long sequence and a short one, whose column t sees the long one's from t · stride on. */
interface Between {
  readonly kernel: WeightBlock;
  readonly bias: WeightBlock;
  readonly taps: number;
  readonly stride: number;
  readonly long: Sequences;
  readonly short: Sequences;
}

const UNBOUNDED = Number.NEGATIVE_INFINITY;

/** short = max(start + long ∗ kernel, floor), values or gradients. */
function gather(
  store: WeightStore,
  between: Between,
  from: number,
  to: number,
  start: number,
  floor: number,
  count: number,
) {
  const { kernel, stride, long, short } = between;
  for (let window = 0; window < count; window++) {
    store.kernels.product({
      a: { at: from + window * long.window, row: stride * long.channels },
      b: { at: kernel.at, row: kernel.stride },
      start: { at: start, row: 0 },
      c: { at: to + window * short.window, row: short.channels },
      rows: short.length,
      columns: short.channels,
      steps: kernel.rows,
      floor,
    });
  }
}

/** The columns of the long sequence at one place modulo the stride, each a sum over the same few taps. */
interface Phase {
  readonly at: number;
  readonly phase: number;
  readonly taps: number;
  readonly columns: number;
}

function phasesOf(store: WeightStore, { taps, stride, long, short }: Between): Phase[] {
  return Array.from({ length: stride }, (_, phase) => {
    const own = Math.ceil((taps - phase) / stride);
    const at = store.kernels.reserve(own * short.channels * long.channels);
    return { at, phase, taps: own, columns: Math.ceil((long.length - phase) / stride) };
  });
}

/** Writes each phase's taps, the last first, with long and short exchanged. */
function turnKernel(store: WeightStore, { kernel, stride, long, short }: Between, phases: readonly Phase[]): void {
  const values = store.kernels.values();
  for (const { at, phase, taps } of phases) {
    for (let tap = 0; tap < taps; tap++) {
      const from = kernel.at + (stride * (taps - 1 - tap) + phase) * long.channels * kernel.stride;
      for (let s = 0; s < short.channels; s++) {
        for (let l = 0; l < long.channels; l++) {
          values[at + (tap * short.channels + s) * long.channels + l] = values[from + l * kernel.stride + s] as number;
        }
      }
    }
  }
}

/** long = max(start + short spread by the kernel, floor), values or gradients. */
function spread(
  store: WeightStore,
  between: Between,
  phases: readonly Phase[],
  from: number,
  to: number,
  start: number,
  floor: number,
  count: number,
) {
  const { stride, long, short } = between;
  for (let window = 0; window < count; window++) {
    for (const { at, phase, taps, columns } of phases) {
      store.kernels.product({
        a: { at: from + window * short.window - (taps - 1) * short.channels, row: short.channels },
        b: { at, row: long.channels },
        start: { at: start, row: 0 },
        c: { at: to + window * long.window + phase * long.channels, row: stride * long.channels },
        rows: columns,
        columns: long.channels,
        steps: taps * short.channels,
        floor,
      });
    }
  }
}

/** Adds Σ long · short over all places to the kernel's gradient. */
function addKernelGradient(
  store: WeightStore,
  { kernel, stride, long, short }: Between,
  longAt: number,
  shortAt: number,
  count: number,
) {
  const sums = { at: kernel.gradient, row: kernel.stride };
  for (let window = 0; window < count; window++) {
    store.kernels.product({
      a: { at: longAt + window * long.window, row: 1, step: stride * long.channels },
      b: { at: shortAt + window * short.window, row: short.channels },
      start: sums,
      c: sums,
      rows: kernel.rows,
      columns: short.channels,
      steps: short.length,
      floor: UNBOUNDED,
    });
  }
}

/** Bias of a rectified output. */
function biasGradient(store: WeightStore, bias: WeightBlock, y: Sequences, count: number): void {
  const from = (y.gradient as number) - y.pad * y.channels;
  addBiasGradient(store, bias, { gradient: from, row: y.channels }, (count * y.window) / y.channels);
}

/** What a rectifier let through. */
function rectified(store: WeightStore, y: Sequences, count: number): void {
  const before = y.pad * y.channels;
  store.kernels.rectifierGradient((y.gradient as number) - before, y.at - before, count * y.window);
}

type Blocks = readonly [WeightBlock, WeightBlock];

/**
 * relu(x ∗ kernel + bias) without padding, kernel [taps, inputs, outputs].
 * @param masked the gradient of y comes as that of the sums before the rectifier
 */
export function convolutionLayer(
  store: WeightStore,
  [kernel, bias]: Blocks,
  stride: number,
  x: Sequences,
  y: Sequences,
  masked = false,
): Layer {
  const between = { kernel, bias, taps: kernel.rows / x.channels, stride, long: x, short: y };
  const phases = x.gradient === null ? [] : phasesOf(store, between);
  return {
    prepare: () => turnKernel(store, between, phases),
    forward: (count) => gather(store, between, x.at, y.at, bias.at, 0, count),
    backward(count) {
      const gradient = y.gradient as number;
      if (!masked) {
        rectified(store, y, count);
      }
      addKernelGradient(store, between, x.at, gradient, count);
      biasGradient(store, bias, y, count);
      if (x.gradient !== null) {
        spread(store, between, phases, gradient, x.gradient, store.zeros, UNBOUNDED, count);
      }
    },
  };
}

/** relu(x spread by the kernel + bias), kernel [taps, outputs, inputs]; x needs {@link padOf} columns around it. */
export function transposedLayer(
  store: WeightStore,
  [kernel, bias]: Blocks,
  stride: number,
  x: Sequences,
  y: Sequences,
): Layer {
  const between = { kernel, bias, taps: kernel.rows / y.channels, stride, long: y, short: x };
  const phases = phasesOf(store, between);
  return {
    prepare: () => turnKernel(store, between, phases),
    forward: (count) => spread(store, between, phases, x.at, y.at, bias.at, 0, count),
    backward(count) {
      const gradient = y.gradient as number;
      rectified(store, y, count);
      addKernelGradient(store, between, gradient, x.at, count);
      biasGradient(store, bias, y, count);
      gather(store, between, gradient, x.gradient as number, store.zeros, UNBOUNDED, count);
    },
  };
}

/** The higher of each two neighbouring columns of rectified x; its gradient is that of the sums before the rectifier. */
export function poolLayer(store: WeightStore, x: Sequences, y: Sequences): Layer {
  const size = y.length * y.channels;
  return {
    prepare: () => {},
    forward(count) {
      for (let window = 0; window < count; window++) {
        store.kernels.poolPairs(x.at + window * x.window, y.at + window * y.window, size, y.channels);
      }
    },
    backward(count) {
      for (let window = 0; window < count; window++) {
        const from = window * x.window;
        const gradient = (y.gradient as number) + window * y.window;
        store.kernels.poolPairsGradient(x.at + from, (x.gradient as number) + from, gradient, size, y.channels);
      }
    },
  };
}
