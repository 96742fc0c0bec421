import { z } from "zod";
import { SavedModelError } from "../../detect/saved-model.ts";
import { LEVELS, LevelMemory } from "./back-off.ts";
import { type Estimate, type Estimator, type Finished, logDuration } from "./estimator.ts";
import { MEMORY, type NearSums } from "./recent.ts";
import { fitSizeCurve, SIZE_BINS, sizeBin } from "./size-curve.ts";
import { endOf, type Transfer } from "./transfer.ts";

const CURVE_BANDWIDTH = 0.6;
/** What is older than this many times the memory weighs less than a thousandth, and is not saved. */
const KEPT_MEMORIES = 8;
const FIRST_VARIANCE = 0.5;
const NAME = "shrinkage";

/**
 * Durations by shrinkage: what its size takes, moved by how far transfers of about that size lately were off, from
 * everything over activity, destination, source and sites to the link; each level counts as far as it has transfers (an
 * empirical Bayes back-off, compare James and Stein 1961). The spread is learnt alike from the errors made.
 */
export class Shrinkage implements Estimator {
  readonly name = NAME;
  readonly follows = true;
  readonly #curve: Float64Array;
  readonly #levels = LEVELS.map((level) => new LevelMemory(level));
  #latest = 0;
  readonly #sums: NearSums = { weight: 0, residual: 0, error: 0 };

  /** @param curve ln(1 + seconds) by size bin, of `fitSizeCurve` */
  constructor(curve: Float64Array) {
    this.#curve = curve;
  }

  estimate(transfer: Transfer): Estimate {
    const bin = sizeBin(transfer.bytes);
    const sums = this.#sums;
    let offset = 0;
    let variance = FIRST_VARIANCE;
    for (const memory of this.#levels) {
      const { prior, scalePrior } = memory.level;
      memory.near(sums, transfer, transfer.startedAt, bin);
      offset = (sums.residual + prior * offset) / (sums.weight + prior);
      variance = (sums.error + scalePrior * variance) / (sums.weight + scalePrior);
    }
    return { mean: Math.max(0, (this.#curve[bin] as number) + offset), scale: Math.sqrt(variance) };
  }

  learn(transfer: Finished, given: Estimate): void {
    const bin = sizeBin(transfer.bytes);
    const value = logDuration(transfer.duration);
    const residual = value - (this.#curve[bin] as number);
    const end = endOf(transfer);
    this.#latest = Math.max(this.#latest, end);
    for (const memory of this.#levels) {
      memory.add(transfer, end, bin, residual, (value - given.mean) ** 2);
    }
  }

  save(): unknown {
    const since = this.#latest - KEPT_MEMORIES * MEMORY;
    return { estimator: NAME, curve: [...this.#curve], levels: this.#levels.map((memory) => memory.save(since)) };
  }

  /** @throws SavedModelError for something else than `save` gave */
  static load(saved: unknown): Shrinkage {
    const parsed = savedSchema.safeParse(saved);
    if (!parsed.success) {
      throw new SavedModelError(`a shrinkage model that does not fit: ${z.prettifyError(parsed.error)}`);
    }
    const model = new Shrinkage(Float64Array.from(parsed.data.curve));
    model.#levels.forEach((memory, at) => {
      const saved = parsed.data.levels[at] ?? [];
      memory.restore(saved);
      for (const [, rows] of saved) {
        model.#latest = rows.reduce((latest, [, end = 0]) => Math.max(latest, end), model.#latest);
      }
    });
    return model;
  }
}

const savedSchema = z.object({
  estimator: z.literal(NAME),
  curve: z.array(z.number()).length(SIZE_BINS),
  levels: z.array(z.array(z.tuple([z.string(), z.array(z.array(z.number()))]))).length(LEVELS.length),
});

/** The size curve of a history: the only part that needs all of it at once. */
export function curveOf(history: readonly Finished[]): Float64Array {
  return fitSizeCurve(
    history.map(({ bytes }) => sizeBin(bytes)),
    history.map(({ duration }) => logDuration(duration)),
    CURVE_BANDWIDTH,
  );
}
