import { z } from "zod";
import type { RowScore, Scorer } from "../../detector.ts";
import type { Architecture } from "./architecture.ts";
import { rowHistory } from "./history.ts";
import { preparer } from "./preparation.ts";
import type { NetworkParts } from "./saved.ts";
import { surpriseScorer } from "./surprise.ts";

const numbers = z.array(z.number());

const stateSchema = z.object({
  detector: z.string(),
  seen: z.number().int().nonnegative(),
  preparation: z.object({ mean: numbers, variance: numbers, last: numbers }),
  surprise: numbers,
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

/** Says what the network makes of rows as they come; no TensorFlow call on the way. */
export function networkScorer(network: Architecture, parts: NetworkParts, continued?: unknown): Scorer {
  const metrics = parts.metrics.length;
  const from = continued === undefined ? undefined : parseState(network, metrics, continued);
  const prepare = preparer(parts.preparation, from?.preparation ?? parts.adapted);
  const surprise = surpriseScorer(parts.surprise, from?.surprise);
  const recent = rowHistory(network.span, metrics);
  let seen = from?.seen ?? 0;
  let step = network.stepper(parts.weights, metrics, seen);
  const residual = new Float64Array(metrics);
  const answer = {
    score: 0,
    contributions: new Float64Array(metrics),
    expected: new Float64Array(metrics),
  };

  const advance = (input: Float32Array): Float32Array => {
    recent.push(input);
    return step.push(input);
  };
  /** Fills the window: with the rows of the state, or, at the very first row, with that row. */
  const fill = (row: (at: number) => Float32Array): void => {
    step = network.stepper(parts.weights, metrics, seen);
    for (let at = 0; at < network.span; at++) {
      advance(row(at));
    }
  };
  if (from !== undefined && from.seen > 0) {
    const rows = Float32Array.from(from.recent);
    fill((at) => rows.subarray(at * metrics, (at + 1) * metrics));
  }

  const explain = (forecast: Float32Array): void => {
    let total = 0;
    for (let i = 0; i < metrics; i++) {
      const seenValue = prepare.standard[i] as number;
      const expected = forecast[i] as number;
      const error = Number.isNaN(seenValue) ? 0 : seenValue - expected;
      residual[i] = error;
      const share = (error * error) / (parts.surprise.variance[i] as number);
      answer.contributions[i] = share;
      answer.expected[i] = prepare.restore(i, expected);
      total += share;
    }
    answer.score = surprise.push(residual);
    const scale = total > 0 ? answer.score / total : 0;
    for (let i = 0; i < metrics; i++) {
      answer.contributions[i] = (answer.contributions[i] as number) * scale;
    }
  };

  return {
    push(row): RowScore {
      prepare.push(row);
      if (seen === 0) {
        const first = prepare.input.slice();
        fill(() => first);
      }
      const forecast = advance(prepare.input);
      seen++;
      explain(forecast);
      return answer;
    },
    state(): unknown {
      const start = recent.start();
      return {
        detector: network.name,
        seen,
        preparation: prepare.state(),
        surprise: surprise.state(),
        recent: [...recent.values.subarray(start, start + network.span * metrics)],
      };
    },
  };
}
