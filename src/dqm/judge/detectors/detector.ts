import { own } from "../../../alert/own.ts";
import type { ReferenceSet } from "../references.ts";

/** What a fit has learnt besides the references themselves: named arrays of numbers. */
export type Learnt = Readonly<Record<string, readonly number[]>>;

/** Scores the shape of one histogram. */
export interface ShapeModel {
  /** 0 or more, higher is worse; the counts must have the model's bins and not all be zero. */
  score(counts: Float64Array): number;
}

/** A way to compare a lumisection's histogram with certified runs. The number of entries is never evidence. */
export interface ShapeDetector {
  readonly name: string;
  readonly description: string;
  /** What needs learning beyond the references. The same references and seed give the same. */
  learn(set: ReferenceSet, seed: number): Promise<Learnt>;
  /** @throws Error when `learnt` is of another detector or number of bins */
  open(learnt: Learnt, set: ReferenceSet): ShapeModel;
}

/** The learnt array of that name. @throws Error when it is missing or of another length */
export function learntNumbers(learnt: Learnt, name: string, length?: number): Float64Array {
  const found = own(learnt, name);
  if (found === undefined || (length !== undefined && found.length !== length)) {
    throw new Error(`the model's "${name}" is missing or of another size: train it again`);
  }
  return Float64Array.from(found);
}

/** A detector that needs nothing but the references. */
export function plainDetector(
  name: string,
  description: string,
  open: (set: ReferenceSet) => ShapeModel,
): ShapeDetector {
  return { name, description, learn: async () => ({}), open: (_learnt, set) => open(set) };
}
