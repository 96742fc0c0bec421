import type { Detector, FitOptions, Model } from "../../detector.ts";
import { checkMetrics, type Frame } from "../../frame.ts";
import { seededRandom } from "../../math/random.ts";
import { NotEnoughHistory } from "../../not-enough-history.ts";
import type { Architecture } from "./architecture.ts";
import { fitFloor } from "./floor.ts";
import { openLearner } from "./open-learner.ts";
import { fitPreparation, type Preparation, preparer } from "./preparation.ts";
import { residualsOf } from "./residuals.ts";
import { loadNetwork, type NetworkParts, saveNetwork } from "./saved.ts";
import { networkScorer } from "./scorer.ts";
import { fitSurprise } from "./surprise.ts";
import { type TrainingRows, trainNetwork } from "./training.ts";

const EPOCHS = 30;
/** A network over a window has some 250 weights per row and metric of it: beyond this, split the entity. */
const MOST_METRICS = 512;

/** A history shorter than this many windows teaches a network nothing but itself. */
const FEWEST_WINDOWS = 4;

function checkHistory(network: Architecture, train: Frame): void {
  checkMetrics(train, MOST_METRICS, network.name);
  const needed = FEWEST_WINDOWS * network.span;
  const size = train.metrics.length;
  let have = 0;
  for (let row = 0; row < train.rows && have < needed; row++) {
    have += train.values.subarray(row * size, (row + 1) * size).some(Number.isFinite) ? 1 : 0;
  }
  if (have < needed) {
    throw new NotEnoughHistory(have, needed);
  }
}

/** Rows that teach the plain distance. */
const PLAIN_ROWS = 30_000;

/** A little above that of the default ensemble, whose scores are averaged over the same time scales: a network errs more often. */
const ALERT_RATIO = 2;

interface PreparedHistory extends TrainingRows {
  /** Standardised values, NaN where missing; rows × F. */
  readonly standard: Float32Array;
  readonly adapted: NetworkParts["adapted"];
}

function prepareHistory(train: Frame, preparation: Preparation): PreparedHistory {
  const metrics = train.metrics.length;
  const prepare = preparer(preparation);
  const inputs = new Float32Array(train.values.length);
  const standard = new Float32Array(train.values.length);
  for (let row = 0; row < train.rows; row++) {
    prepare.push(train.values.subarray(row * metrics, (row + 1) * metrics));
    inputs.set(prepare.input, row * metrics);
    standard.set(prepare.standard, row * metrics);
  }
  const { mean, variance, last } = prepare.state();
  const adapted = { mean: [...mean], variance: [...variance], last: [...last] };
  return { rows: train.rows, metrics, inputs, standard, adapted };
}

/** Standardised values of the newest rows, 0 where missing. */
function newestRows({ standard, rows, metrics }: PreparedHistory): Float64Array {
  const from = Math.max(rows - PLAIN_ROWS, 0) * metrics;
  return Float64Array.from(standard.subarray(from), (value) => (Number.isNaN(value) ? 0 : value));
}

function networkModel(network: Architecture, parts: NetworkParts): Model {
  return {
    detector: network.name,
    metrics: parts.metrics,
    scorer: (state) => networkScorer(network, parts, state),
    save: () => saveNetwork(network, parts),
    // Weights live in ordinary arrays: nothing to free by hand.
    dispose: () => {},
  };
}

/** Trains, and tells what the trained network did not expect of its own history. */
async function learn(network: Architecture, history: PreparedHistory, options: FitOptions) {
  const learner = await openLearner(network, history.metrics);
  try {
    const weights = await trainNetwork(learner, network, history, {
      epochs: options.epochs ?? EPOCHS,
      random: seededRandom(options.seed),
      onProgress: options.onProgress,
      signal: options.signal,
    });
    learner.write(weights);
    return { weights, residuals: residualsOf(learner, network, history, history.standard) };
  } finally {
    learner.end();
  }
}

async function fitNetwork(network: Architecture, train: Frame, options: FitOptions): Promise<Model> {
  checkHistory(network, train);
  const preparation = fitPreparation(train);
  const history = prepareHistory(train, preparation);
  const { weights, residuals } = await learn(network, history, options);
  const surprise = fitSurprise(residuals, history.metrics);
  const plain = fitSurprise(newestRows(history), history.metrics);
  const { adapted } = history;
  const floor = fitFloor(train);
  return networkModel(network, { metrics: train.metrics, preparation, adapted, surprise, plain, floor, weights });
}

/** A detector around a network: prepares rows, trains, and scores what the network did not expect. */
export function networkDetector(network: Architecture): Detector {
  return {
    name: network.name,
    description: network.description,
    alertRatio: ALERT_RATIO,
    fit: (train, options) => fitNetwork(network, train, options),
    load: async (saved) => networkModel(network, loadNetwork(network, saved)),
  };
}
