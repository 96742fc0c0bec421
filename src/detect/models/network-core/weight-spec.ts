/** One block of weights, in the order the network uses them. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Inputs and outputs of one unit, for the width of the random start; null for weights that start at zero. */
  readonly fan: readonly [number, number] | null;
}

/** Number of values in a block of weights. */
export function weightCount(spec: WeightSpec): number {
  return spec.shape.reduce((product, length) => product * length, 1);
}
