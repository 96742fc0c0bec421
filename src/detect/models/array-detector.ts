import { own } from "../../alert/own.ts";
import type { Detector, FitOptions, Model, Scorer } from "../detector.ts";
import { checkMetrics, type Frame } from "../frame.ts";
import { expectFormat, packArrays, unpackArrays } from "../saved-model.ts";

/** What a model has learnt, by name. */
export type Arrays = Readonly<Record<string, Float64Array>>;

/** A detector whose model is a handful of arrays of numbers. */
export interface ArrayDetectorSpec {
  readonly name: string;
  readonly description: string;
  /** Raised when the arrays change their meaning. */
  readonly format: number;
  readonly maxMetrics: number;
  readonly alertRatio?: number;
  readonly fit: (train: Frame, options: FitOptions) => Arrays;
  readonly scorer: (learnt: Arrays, metrics: readonly string[], state: unknown) => Scorer;
}

/** Makes a {@link Detector} of a fit that gives arrays and a scorer that takes them; saving and loading come with it. */
export function arrayDetector(spec: ArrayDetectorSpec): Detector {
  return {
    name: spec.name,
    description: spec.description,
    ...(spec.alertRatio === undefined ? {} : { alertRatio: spec.alertRatio }),
    fit: async (train, options) => {
      checkMetrics(train, spec.maxMetrics, spec.name);
      return modelOf(spec, train.metrics, spec.fit(train, options));
    },
    load: async (saved) => {
      expectFormat(saved, spec.name, spec.format);
      const take = unpackArrays(saved.header["lengths"], saved.weights);
      const names = Object.keys((saved.header["lengths"] ?? {}) as Record<string, number>);
      return modelOf(spec, saved.metrics, Object.fromEntries(names.map((name) => [name, take(name)])));
    },
  };
}

function modelOf(spec: ArrayDetectorSpec, metrics: readonly string[], learnt: Arrays): Model {
  return {
    detector: spec.name,
    metrics,
    scorer: (state) => spec.scorer(learnt, metrics, state),
    save: () => {
      const { lengths, weights } = packArrays(learnt);
      return { format: spec.format, detector: spec.name, metrics, header: { lengths }, weights };
    },
    dispose: () => {},
  };
}

/** The learnt array of that name. @throws Error when the model has none, or one of another length */
export function learntArray(learnt: Arrays, name: string, length?: number): Float64Array {
  const array = own(learnt, name);
  if (array === undefined || (length !== undefined && array.length !== length)) {
    throw new Error(`the model's "${name}" is missing or of another size`);
  }
  return array;
}

/** An array of a saved state. @throws Error when the state is of another shape */
export function stateArray(state: unknown, name: string, length: number): Float64Array {
  const values = own(state as Record<string, unknown>, name);
  if (!Array.isArray(values) || values.length !== length) {
    throw new Error(`the saved state's "${name}" is missing or of another size: start without it`);
  }
  return Float64Array.from(values, (value) => (typeof value === "number" ? value : Number.NaN));
}
