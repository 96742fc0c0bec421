import { own } from "../../../alert/own.ts";
import type { ReferenceRun, ReferenceSet } from "../references.ts";

/** What a fit has learnt besides the references themselves: named arrays of numbers. */
export type Learnt = Readonly<Record<string, readonly number[]>>;

/** What is said of one histogram of one lumisection. */
export interface ShapeScore {
  /** 0 or more, higher is worse; NaN for an empty histogram. */
  readonly score: number;
  /** Scale of the axis beside the nearest reference run; null where the detector fits none. */
  readonly gain: number | null;
}

/** Judges one run's lumisections in their order, each by the references and what came before it. */
export interface RunJudge {
  /** The counts must have the model's bins and not all be zero. */
  next(counts: Float64Array): ShapeScore;
  /** The run as a reference for later ones; null while it has too few lumisections that were accepted, or too many that were not. */
  reference(): ReferenceRun | null;
}

/** Scores the shape of one histogram. */
export interface ShapeModel {
  /** One lumisection without its run: 0 or more, higher is worse; the counts must have the model's bins and not all be zero. */
  score(counts: Float64Array): number;
  /** Judges a run; without it every lumisection is judged by {@link score} alone. @param grown references that came after training */
  begin?(run: number, grown: readonly ReferenceRun[]): RunJudge;
}

/** A way to compare a lumisection's histogram with certified runs. The number of entries is never evidence. */
export interface ShapeDetector {
  readonly name: string;
  readonly description: string;
  /** What needs learning beyond the references. The same references and seed give the same. */
  learn(set: ReferenceSet, seed: number): Promise<Learnt>;
  /** @throws Error when `learnt` is of another detector or number of bins */
  open(learnt: Learnt, set: ReferenceSet): ShapeModel;
  /** Score from which on a lumisection is bad; without it runs left out in turn set one. */
  readonly threshold?: number;
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
