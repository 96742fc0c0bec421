import { z } from "zod";
import type { Detector, Model, RowScore, SavedModel, Scorer } from "../detector.ts";
import { checkMetrics, type Frame, NOMINAL_STEP } from "../frame.ts";
import { median } from "../math/statistics.ts";
import { NotEnoughHistory } from "../not-enough-history.ts";
import { expectFormat, packArrays, SavedModelError, unpackArrays } from "../saved-model.ts";
import { createStreamSurprise } from "../stream/surprise.ts";

/** Seconds that make one value: what each metric does is compared with its own past at this grain, a week of it. */
const GRAIN = 300;
const MOST_KEPT = 2016;
const FEWEST = 60;
const MOST_METRICS = 64;
const FORMAT = 1;
const NAME = "stream";

/** Means of consecutive stretches: Unix seconds of their ends, ascending, and values, row-major. */
interface Past {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/**
 * Each metric by itself, as a stream that learns as it goes: nothing is fitted but what ordinary scores are. A scorer that begins
 * after the history goes on from it; one that begins within it has seen only what came before.
 */
export const streamDetector: Detector = {
  name: NAME,
  description: "each metric against its own past, learning as it goes",
  async fit(train) {
    checkMetrics(train, MOST_METRICS, NAME);
    const step = stepOf(train);
    const past = pastOf(train, step);
    if (past.times.length < FEWEST) {
      throw new NotEnoughHistory(past.times.length, FEWEST);
    }
    return modelOf(train.metrics, step, past);
  },
  async load(saved) {
    expectFormat(saved, NAME, FORMAT);
    const header = z.object({ step: z.number().positive(), lengths: z.unknown() }).safeParse(saved.header);
    if (!header.success) {
      throw new SavedModelError("a stream with a header that does not fit: train it again");
    }
    const array = unpackArrays(header.data.lengths, saved.weights);
    const times = array("times");
    return modelOf(saved.metrics, header.data.step, {
      times,
      values: array("values", times.length * saved.metrics.length),
    });
  },
};

function modelOf(metrics: readonly string[], step: number, past: Past): Model {
  return {
    detector: NAME,
    metrics,
    scorer: (state) => createScorer(metrics.length, step, past, state === undefined ? null : stateSchema.parse(state)),
    save(): SavedModel {
      const { lengths, weights } = packArrays({ times: past.times, values: past.values });
      return { format: FORMAT, detector: NAME, metrics, header: { step, lengths }, weights };
    },
    dispose() {},
  };
}

const numbers = z.array(z.number().nullable());
const stateSchema = z.object({
  /** When the scorer began: of the history only what came before counts. */
  began: z.number().nullable(),
  since: z.array(z.object({ time: z.number(), row: numbers })),
  stretch: z.object({ at: z.number(), rows: z.number(), sums: numbers, counts: z.array(z.number()) }).nullable(),
  score: z.number(),
  contributions: z.array(z.number()),
});
type State = z.output<typeof stateSchema>;

function createScorer(size: number, step: number, past: Past, saved: State | null): Scorer {
  const surprises = Array.from({ length: size }, () => createStreamSurprise());
  const contributions = new Float64Array(saved?.contributions ?? new Float64Array(size));
  const expected = new Float64Array(size).fill(Number.NaN);
  const grain = Math.max(GRAIN, step);
  const whole = Math.max(Math.round(grain / step), 1);
  const since = [...(saved?.since ?? [])];
  let began = saved?.began ?? null;
  let stretch = saved?.stretch ?? null;
  let score = saved?.score ?? 0;

  /** One mean of each metric: how surprising it is, together and apart. */
  const learn = (time: number, row: ArrayLike<number | null>): number => {
    let sum = 0;
    for (let i = 0; i < size; i++) {
      const value = row[i];
      contributions[i] = value == null || Number.isNaN(value) ? 0 : (surprises[i]?.push(value, time) ?? 0) ** 2;
      sum += contributions[i] as number;
    }
    return Math.sqrt(sum / size);
  };
  const begin = (time: number) => {
    began = time;
    past.times.forEach((at, row) => {
      if (at <= time) {
        learn(at, past.values.subarray(row * size, (row + 1) * size));
      }
    });
  };
  const finish = () => {
    if (stretch === null) {
      return;
    }
    const { at, sums, counts } = stretch;
    const row = sums.map((sum, i) => ((counts[i] as number) > 0 ? (sum as number) / (counts[i] as number) : null));
    score = learn(at, row);
    since.push({ time: at, row });
    if (since.length > MOST_KEPT) {
      since.shift();
    }
    stretch = null;
  };
  if (began !== null) {
    const kept = contributions.slice();
    begin(began);
    for (const { time, row } of since) {
      learn(time, row);
    }
    contributions.set(kept);
  }
  return {
    push(row, time): RowScore {
      if (began === null) {
        begin(time);
        contributions.fill(0);
      }
      const at = (Math.floor(time / grain) + 1) * grain;
      if (stretch !== null && stretch.at !== at) {
        finish();
      }
      stretch ??= { at, rows: 0, sums: new Array<number>(size).fill(0), counts: new Array<number>(size).fill(0) };
      for (let i = 0; i < size; i++) {
        const value = row[i] as number;
        if (Number.isFinite(value)) {
          stretch.sums[i] = (stretch.sums[i] ?? 0) + value;
          stretch.counts[i] = (stretch.counts[i] as number) + 1;
        }
      }
      stretch.rows++;
      if (stretch.rows >= whole) {
        finish();
      }
      return { score, contributions, expected };
    },
    state: (): State => structuredClone({ began, since, stretch, score, contributions: [...contributions] }),
  };
}

function stepOf({ times, rows }: Frame): number {
  const steps = times === null || rows < 2 ? [] : times.slice(1, rows).map((time, at) => time - (times[at] as number));
  return steps.length === 0 ? NOMINAL_STEP : Math.max(median(steps), 1);
}

/** The newest means of the history, a week of them at most. */
function pastOf(train: Frame, step: number): Past {
  const grain = Math.max(GRAIN, step);
  const size = train.metrics.length;
  const found = new Map<number, { readonly sums: Float64Array; readonly counts: Float64Array }>();
  for (let row = 0; row < train.rows; row++) {
    const time = train.times?.[row] ?? row * NOMINAL_STEP;
    const at = (Math.floor(time / grain) + 1) * grain;
    const one = found.get(at) ?? { sums: new Float64Array(size), counts: new Float64Array(size) };
    found.set(at, one);
    for (let i = 0; i < size; i++) {
      const value = train.values[row * size + i] as number;
      if (Number.isFinite(value)) {
        one.sums[i] = (one.sums[i] as number) + value;
        one.counts[i] = (one.counts[i] as number) + 1;
      }
    }
  }
  const newest = [...found].sort((left, right) => left[0] - right[0]).slice(-MOST_KEPT);
  return {
    times: Float64Array.from(newest, ([at]) => at),
    values: Float64Array.from(
      newest.flatMap(([, { sums, counts }]) => Array.from(sums, (sum, i) => sum / (counts[i] as number))),
    ),
  };
}
