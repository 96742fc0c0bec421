import type { Axis } from "../histogram.ts";

/** Scales of the axis that are tried, as factors: 0.55 to 1.82 in steps of 4 %, or within 20 % in steps of 2 %. */
export const WIDE_GAINS: readonly number[] = gains(15, 0.04);
export const FINE_GAINS: readonly number[] = gains(10, 0.02);
const UNSCALED: readonly number[] = [1];

/** A shape as it looks at several scales of its axis: one row of `bins` shares per gain. */
export interface ScaledShape {
  readonly gains: readonly number[];
  readonly rows: readonly Float64Array[];
}

function gains(steps: number, step: number): readonly number[] {
  return Array.from({ length: 2 * steps + 1 }, (_, at) => Math.exp((at - steps) * step));
}

/** True for the axis of a positive quantity that begins at zero: only there a change of scale has a meaning. */
export function canScale({ min, max }: Axis, bins: number): boolean {
  return min === 0 && max !== null && max > 0 && bins >= LEAST_BINS;
}

/** Coarser histograms lose too much of their shape when they are stretched. */
const LEAST_BINS = 20;

/** @param factors scales to prepare; null for a histogram without gain */
export function scaledShape(shape: Float64Array, axis: Axis, factors: readonly number[] | null): ScaledShape {
  const used = factors ?? UNSCALED;
  return { gains: used, rows: used.map((gain) => (gain === 1 ? shape : stretched(shape, axis.flows, gain))) };
}

/**
 * The shape of a quantity that was multiplied by `gain`: P(x·gain) by linear interpolation of the cumulative shape. Beyond the axis the
 * overflow falls exponentially, continuing the last tenth of the axis.
 */
export function stretched(shape: Float64Array, flows: boolean, gain: number): Float64Array {
  const first = flows ? 1 : 0;
  const inner = shape.length - 2 * first;
  const cumulative = new Float64Array(inner + 1);
  for (let bin = 0; bin < inner; bin++) {
    cumulative[bin + 1] = (cumulative[bin] as number) + (shape[bin + first] as number);
  }
  const overflow = flows ? (shape[shape.length - 1] as number) : 0;
  const within = cumulative[inner] as number;
  const tail = Math.max(Math.ceil(inner / 10), 1);
  const density = (within - (cumulative[inner - tail] as number)) / tail;
  const length = Math.max(overflow / Math.max(density, 1e-9), 1);
  const below = (edge: number): number => {
    if (edge >= inner) {
      return within + overflow * (1 - Math.exp(-(edge - inner) / length));
    }
    const at = Math.floor(edge);
    const low = cumulative[at] as number;
    return low + (edge - at) * ((cumulative[at + 1] as number) - low);
  };
  const result = new Float64Array(shape.length);
  let before = 0;
  for (let bin = 0; bin < inner; bin++) {
    const upTo = below((bin + 1) / gain);
    result[bin + first] = upTo - before;
    before = upTo;
  }
  if (flows) {
    result[0] = shape[0] as number;
    result[shape.length - 1] = Math.max(within + overflow - before, 1e-9);
    return result;
  }
  return before > 0 ? result.map((share) => share / before) : result;
}
