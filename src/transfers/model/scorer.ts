import { z } from "zod";
import { SavedModelError } from "../../detect/saved-model.ts";
import {
  Calibrator,
  errorInterval,
  errorQuantile,
  type Standing,
  savedCalibrator,
  tailProbability,
} from "./calibrator.ts";
import { type Estimate, type Estimator, type Finished, logDuration } from "./estimator.ts";
import { endOf, type Transfer } from "./transfer.ts";

/** What was expected of one transfer when it began, and how it turned out. Seconds. */
export interface Judgement {
  readonly seconds: number;
  /** 90 % interval, the narrower one in seconds of those that hold as often. */
  readonly lower: number;
  readonly upper: number;
  /** −log10 of the probability of lasting at least so long; null for a transfer without a duration. */
  readonly score: number | null;
  readonly estimate: Estimate;
  readonly standing: Standing;
}

/** Judges transfers in the order they come, and learns from each after it was judged. */
export class TransferScorer {
  readonly estimator: Estimator;
  readonly #calibrator: Calibrator;
  #learnt: number;

  constructor(estimator: Estimator, calibrator = new Calibrator(!estimator.follows), learnt = 0) {
    this.estimator = estimator;
    this.#calibrator = calibrator;
    this.#learnt = learnt;
  }

  /** How many transfers it has learnt from. */
  get learnt(): number {
    return this.#learnt;
  }

  judge(transfer: Transfer): Judgement {
    const estimate = this.estimator.estimate(transfer);
    const standing = this.#calibrator.standing(transfer.startedAt);
    const [low, high] = errorInterval(standing);
    const { mean, scale } = estimate;
    const score =
      transfer.duration === null
        ? null
        : -Math.log10(tailProbability(standing, (logDuration(transfer.duration) - mean) / scale));
    return {
      seconds: Math.expm1(mean),
      lower: Math.max(0, Math.expm1(mean + scale * low)),
      upper: Math.max(0, Math.expm1(mean + scale * high)),
      score: score === null ? null : Math.max(0, score),
      estimate,
      standing,
    };
  }

  /** @param given what `judge` said of it */
  learn(transfer: Finished, { estimate, lower, upper }: Judgement): void {
    const error = (logDuration(transfer.duration) - estimate.mean) / estimate.scale;
    const missed = transfer.duration < lower || transfer.duration > upper;
    this.#calibrator.add(transfer.startedAt, endOf(transfer), error, missed);
    this.estimator.learn(transfer, estimate);
    this.#learnt++;
  }

  /** JSON-serialisable: estimator and calibration as one. */
  save(): SavedScorer {
    return {
      format: FORMAT,
      name: this.estimator.name,
      learnt: this.#learnt,
      calibration: this.#calibrator.save(),
      estimator: this.estimator.save(),
    };
  }

  /**
   * @param findEstimator gives the estimator of a name from what it saved
   * @throws SavedModelError for something else than `save` gave
   */
  static load(saved: unknown, findEstimator: (name: string, saved: unknown) => Estimator): TransferScorer {
    const parsed = savedSchema.safeParse(saved);
    if (!parsed.success) {
      throw new SavedModelError(`not a model of transfers: ${z.prettifyError(parsed.error)}`);
    }
    const { name, learnt, calibration, estimator } = parsed.data;
    const found = findEstimator(name, estimator);
    return new TransferScorer(found, Calibrator.load(calibration, !found.follows), learnt);
  }
}

const FORMAT = 1;
const savedSchema = z.object({
  format: z.literal(FORMAT),
  name: z.string(),
  learnt: z.int().nonnegative(),
  calibration: savedCalibrator,
  estimator: z.unknown(),
});
export type SavedScorer = z.infer<typeof savedSchema>;

/** Seconds that a transfer stays below with probability `p`. */
export function quantileOf({ estimate, standing }: Judgement, p: number): number {
  return Math.max(0, Math.expm1(estimate.mean + estimate.scale * errorQuantile(standing, p)));
}
