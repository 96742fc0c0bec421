import { z } from "zod";
import type { RowScore, Scorer } from "../../detector.ts";
import type { Architecture, Stepper } from "./architecture.ts";
import { floorScorer } from "./floor.ts";
import { type History, rowHistory } from "./history.ts";
import { type Preparer, preparer } from "./preparation.ts";
import type { NetworkParts } from "./saved.ts";
import { type SurpriseScorer, surpriseScorer } from "./surprise.ts";

const numbers = z.array(z.number());

const stateSchema = z.object({
  detector: z.string(),
  seen: z.number().int().nonnegative(),
  preparation: z.object({ mean: numbers, variance: numbers, last: numbers }),
  surprise: numbers,
  plain: numbers,
  /** Network input of the last `span` rows, oldest first. */
  recent: numbers,
});
type State = z.infer<typeof stateSchema>;

function parseState(network: Architecture, metrics: number, state: unknown): State {
  const parsed = stateSchema.safeParse(state);
  if (!parsed.success || parsed.data.detector !== network.name) {
    throw new Error(`the state to continue from is not one of a ${network.name} scorer: start afresh`);
  }
  const { preparation, recent } = parsed.data;
  if (preparation.mean.length !== metrics || recent.length !== network.span * metrics) {
    throw new Error(`the state to continue from is of a ${network.name} model with other metrics: start afresh`);
  }
  return parsed.data;
}

class NetworkScorer implements Scorer {
  readonly #network: Architecture;
  readonly #parts: NetworkParts;
  readonly #prepare: Preparer;
  readonly #surprise: SurpriseScorer;
  readonly #plain: SurpriseScorer;
  readonly #floor: (row: ArrayLike<number>) => number;
  readonly #recent: History;
  readonly #residual: Float64Array;
  readonly #standard: Float64Array;
  readonly #answer: {
    score: number;
    alertScore: number;
    readonly short: { all: number; level: number; row: number };
    readonly contributions: Float64Array;
    readonly expected: Float64Array;
  };
  #stepper: Stepper;
  #seen: number;

  constructor(network: Architecture, parts: NetworkParts, from: State | null) {
    const metrics = parts.metrics.length;
    this.#network = network;
    this.#parts = parts;
    this.#prepare = preparer(parts.preparation, from?.preparation ?? parts.adapted);
    this.#surprise = surpriseScorer(parts.surprise, from?.surprise);
    this.#plain = surpriseScorer(parts.plain, from?.plain);
    this.#recent = rowHistory(network.span, metrics);
    this.#residual = new Float64Array(metrics);
    this.#standard = new Float64Array(metrics);
    this.#floor = floorScorer(parts.floor);
    this.#answer = {
      score: 0,
      alertScore: 0,
      short: { all: 0, level: 0, row: 0 },
      contributions: new Float64Array(metrics),
      expected: new Float64Array(metrics),
    };
    this.#seen = from?.seen ?? 0;
    this.#stepper = network.stepper(parts.weights, metrics, this.#seen);
    if (from !== null && from.seen > 0) {
      const rows = Float32Array.from(from.recent);
      this.#fill((at) => rows.subarray(at * metrics, (at + 1) * metrics));
    }
  }

  push(row: ArrayLike<number>): RowScore {
    this.#prepare.push(row);
    if (this.#seen === 0) {
      const first = this.#prepare.input.slice();
      this.#fill(() => first);
    }
    const expected = this.#advance(this.#prepare.input);
    this.#seen++;
    const unexpected = this.#surprise.push(this.#compare(expected));
    const far = this.#plain.push(this.#standard);
    // A level that has moved for good keeps the distance to history high: it ranks rows, and does not alert.
    this.#answer.score = (unexpected.score + far.score + this.#floor(row)) / 3;
    this.#answer.alertScore = (unexpected.score + far.score) / 2;
    this.#answer.short.all = (unexpected.short + far.short) / 2;
    this.#answer.short.level = far.present;
    this.#answer.short.row = far.row;
    this.#shareOut();
    return this.#answer;
  }

  state(): unknown {
    const { span, name } = this.#network;
    const start = this.#recent.start();
    return {
      detector: name,
      seen: this.#seen,
      preparation: this.#prepare.state(),
      surprise: this.#surprise.state(),
      plain: this.#plain.state(),
      recent: [...this.#recent.values.subarray(start, start + span * this.#parts.metrics.length)],
    };
  }

  /** Fills the window: with the rows of the state, or, at the very first row, with that row. */
  #fill(row: (at: number) => Float32Array): void {
    for (let at = 0; at < this.#network.span; at++) {
      this.#advance(row(at));
    }
  }

  #advance(input: Float32Array): Float32Array {
    this.#recent.push(input);
    return this.#stepper.push(input);
  }

  /** Residuals of the newest row, 0 where it has no value; notes what was expected of it. */
  #compare(expected: Float32Array): Float64Array {
    for (let i = 0; i < expected.length; i++) {
      const seen = this.#prepare.standard[i] as number;
      this.#residual[i] = Number.isNaN(seen) ? 0 : seen - (expected[i] as number);
      this.#standard[i] = Number.isNaN(seen) ? 0 : seen;
      this.#answer.expected[i] = this.#prepare.restore(i, expected[i] as number);
    }
    return this.#residual;
  }

  /** Shares the score out over the metrics by what was unexpected and what is far from its running level, squared. */
  #shareOut(): void {
    const { contributions, score } = this.#answer;
    let total = 0;
    for (let i = 0; i < contributions.length; i++) {
      const unexpected = (this.#residual[i] as number) ** 2 / (this.#parts.surprise.variance[i] as number);
      const far = (this.#standard[i] as number) ** 2 / (this.#parts.plain.variance[i] as number);
      contributions[i] = unexpected + far;
      total += contributions[i] as number;
    }
    const scale = total > 0 ? score / total : 0;
    for (let i = 0; i < contributions.length; i++) {
      contributions[i] = (contributions[i] as number) * scale;
    }
  }
}

/**
 * Says what the network makes of rows as they come; no TensorFlow call on the way.
 * @param continued state of a scorer of the same model · @throws Error for a state of another shape
 */
export function networkScorer(network: Architecture, parts: NetworkParts, continued?: unknown): Scorer {
  const from = continued === undefined ? null : parseState(network, parts.metrics.length, continued);
  return new NetworkScorer(network, parts, from);
}
