import { type Activation, denseWeights } from "../network-core/dense.ts";
import type { WeightSpec } from "../network-core/weight-spec.ts";
import { denseLayer } from "./dense.ts";
import { chain, type Matrix, matrix, type Program } from "./program.ts";
import { blockPair, type WeightStore } from "./weight-store.ts";

/** Windows of one pass: what they need stays in the processor's cache. */
const PASS = 128;

/** Weights of dense layers one after the other, `sizes` long. */
export function stackWeights(sizes: readonly number[]): WeightSpec[] {
  return sizes.slice(1).flatMap((outputs, layer) => denseWeights(`dense${layer + 1}`, sizes[layer] as number, outputs));
}

/** Dense layers that rebuild whole windows of `span` rows. */
export function stackProgram(
  store: WeightStore,
  hidden: readonly number[],
  activations: readonly Activation[],
  span: number,
  metrics: number,
): Program {
  const wide = span * metrics;
  const input: Matrix = { at: store.kernels.reserve(PASS * wide), gradient: null, row: wide };
  const outputs = [...hidden, wide].map((width) => matrix(store, PASS, width));
  const rebuilt = outputs.at(-1) as (typeof outputs)[number];
  const layers = activations.map((activation, layer) =>
    denseLayer(store, blockPair(store, layer), outputs[layer - 1] ?? input, outputs[layer] as Matrix, activation),
  );
  const steps = { windowStep: rebuilt.row, rowStep: metrics, first: 0 };
  const size = { lowest: rebuilt.gradient, size: PASS * rebuilt.row };
  const answers = { at: rebuilt.at, gradient: rebuilt.gradient, ...steps, ...size };
  return { store, windows: PASS, input: input.at, answers, ...chain(layers) };
}
