import { z } from "zod";
import { denseLayer } from "../../../detect/models/network-core/dense.ts";
import { lstmCell, lstmState } from "../../../detect/models/network-core/lstm.ts";
import { SavedModelError } from "../../../detect/saved-model.ts";
import type { Estimate, Estimator, Finished } from "../estimator.ts";
import { endOf, type Transfer } from "../transfer.ts";
import { COLUMN, encode, NAMES, type Vocabulary } from "./encode.ts";
import { BLOCK, NAME_WIDTHS, QUERY_WIDTH, STEP_WIDTH, STEPS, spreadOf, UNITS, weightsOf } from "./network.ts";
import { LOOK_BACK } from "./sequences.ts";
import type { TrainedSequences } from "./training.ts";

const NAME = "lstm";

/** What one transfer adds to the gates of the network, worked out once. */
interface PastStep {
  readonly end: number;
  readonly sums: Float32Array;
}

/**
 * The model that others used first (DeepAnomaly, 2017): an LSTM over the last 100 transfers that were over, with learnt vectors
 * for sites, activity, protocol and endpoint; ours gives a spread too.
 */
export class LstmEstimator implements Estimator {
  readonly name = NAME;
  readonly follows = false;
  readonly #vocabulary: Vocabulary;
  readonly #trained: TrainedSequences;
  readonly #cell;
  readonly #hidden;
  readonly #output;
  readonly #past: PastStep[] = [];
  readonly #nothing: Float32Array;

  constructor(vocabulary: Vocabulary, trained: TrainedSequences) {
    const block = (at: number) => trained.weights[at] as Float32Array;
    this.#vocabulary = vocabulary;
    this.#trained = trained;
    this.#cell = lstmCell(block(BLOCK.lstm), block(BLOCK.lstm + 1), block(BLOCK.lstm + 2));
    this.#hidden = denseLayer(block(BLOCK.hidden), block(BLOCK.hidden + 1), "relu");
    this.#output = denseLayer(block(BLOCK.output), block(BLOCK.output + 1), "linear");
    const none = new Float32Array(STEP_WIDTH);
    this.#putNames(new Float64Array(COLUMN.source + NAMES.length), none, 0);
    this.#nothing = this.#cell.sums(none).slice();
  }

  estimate(transfer: Transfer): Estimate {
    const input = new Float32Array(UNITS + QUERY_WIDTH);
    input.set(this.#stateAt(transfer.startedAt));
    const row = encode(transfer, this.#vocabulary);
    const at = this.#putNames(row, input, UNITS);
    input[at] = row[COLUMN.size] as number;
    input[at + 1] = row[COLUMN.delay] as number;
    const [middle = 0, spread = 0] = this.#output(this.#hidden(input));
    return { mean: Math.max(0, middle + this.#trained.usual), scale: spreadOf(spread) };
  }

  learn(transfer: Finished): void {
    const row = encode(transfer, this.#vocabulary);
    const input = new Float32Array(STEP_WIDTH);
    const at = this.#putNames(row, input, 0);
    input[at] = row[COLUMN.size] as number;
    input[at + 1] = row[COLUMN.delay] as number;
    input[at + 2] = (row[COLUMN.duration] as number) - this.#trained.usual;
    this.#past.push({ end: endOf(transfer), sums: this.#cell.sums(input).slice() });
    if (this.#past.length > 2 * LOOK_BACK) {
      this.#past.splice(0, LOOK_BACK);
    }
  }

  save(): unknown {
    return {
      estimator: NAME,
      usual: this.#trained.usual,
      vocabulary: this.#vocabulary.map((names) => [...names]),
      weights: this.#trained.weights.map((block) => Array.from(block)),
      past: this.#past.slice(-LOOK_BACK).map(({ end, sums }) => ({ end, sums: Array.from(sums) })),
    };
  }

  /** @throws SavedModelError for something else than `save` gave */
  static load(saved: unknown): LstmEstimator {
    const parsed = savedSchema.safeParse(saved);
    if (!parsed.success) {
      throw new SavedModelError(`an lstm model that does not fit: ${z.prettifyError(parsed.error)}`);
    }
    const vocabulary = parsed.data.vocabulary.map((names) => new Map(names));
    const counts = vocabulary.map((names) => names.size + 1);
    const specs = weightsOf(counts);
    const weights = parsed.data.weights.map((block) => Float32Array.from(block));
    const fits = specs.every(({ shape }, at) => weights[at]?.length === shape.reduce((a, b) => a * b, 1));
    if (!fits || weights.length !== specs.length) {
      throw new SavedModelError("an lstm model whose weights do not fit its names");
    }
    const model = new LstmEstimator(vocabulary, { usual: parsed.data.usual, weights });
    for (const { end, sums } of parsed.data.past) {
      model.#past.push({ end, sums: Float32Array.from(sums) });
    }
    return model;
  }

  /** Hidden state after the last {@link STEPS} transfers that were over. */
  #stateAt(start: number): Float32Array {
    const steps: Float32Array[] = [];
    for (let back = this.#past.length - 1; back >= 0 && steps.length < STEPS; back--) {
      const step = this.#past[back] as PastStep;
      if (this.#past.length - back > LOOK_BACK) {
        break;
      }
      if (step.end <= start) {
        steps.push(step.sums);
      }
    }
    const state = lstmState(UNITS);
    for (let missing = steps.length; missing < STEPS; missing++) {
      this.#cell.step(this.#nothing, state);
    }
    for (const sums of steps.reverse()) {
      this.#cell.step(sums, state);
    }
    return state.hidden;
  }

  /** Writes the vectors of the names into `input`. @returns where they end */
  #putNames(row: ArrayLike<number>, input: Float32Array, from: number): number {
    let at = from;
    NAME_WIDTHS.forEach((width, kind) => {
      const table = this.#trained.weights[kind] as Float32Array;
      const number = row[COLUMN.source + kind] as number;
      input.set(table.subarray(number * width, (number + 1) * width), at);
      at += width;
    });
    return at;
  }
}

const numbers = z.array(z.number());
const savedSchema = z.object({
  estimator: z.literal(NAME),
  usual: z.number(),
  vocabulary: z.array(z.array(z.tuple([z.string(), z.int()]))).length(NAMES.length),
  weights: z.array(numbers),
  past: z.array(z.object({ end: z.number(), sums: numbers.length(4 * UNITS) })),
});
