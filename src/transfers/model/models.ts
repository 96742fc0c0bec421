import type { Frame } from "../../detect/frame.ts";
import { politeness } from "../../detect/models/network-core/training.ts";
import { SavedModelError } from "../../detect/saved-model.ts";
import type { Finished } from "./estimator.ts";
import { encodeHistory, vocabularyOf } from "./lstm/encode.ts";
import { LstmEstimator } from "./lstm/estimator.ts";
import type { TrainedSequences } from "./lstm/training.ts";
import { TransferScorer } from "./scorer.ts";
import { curveOf, Shrinkage } from "./shrinkage.ts";

/** Models of durations, the best first. */
export const TRANSFER_MODELS = ["shrinkage", "lstm"] as const;
export type TransferModelName = (typeof TRANSFER_MODELS)[number];

/** Trains the network elsewhere, e.g. `trainer.fitTransfers`. */
export type FitSequences = (history: Frame) => Promise<TrainedSequences>;

/** Fewer transfers than this say nothing of sizes. */
export const LEAST_TRANSFERS = 50;
/** Newest part of a history that the network did not learn from: its calibration is learnt there. */
const HELD_BACK = 0.15;
const CALIBRATED_MOST = 1000;

/** Learns from a history in its order, with the model of a name. Lets other work through every few milliseconds. */
export async function trainScorer(
  name: TransferModelName,
  history: readonly Finished[],
  fitSequences: FitSequences,
): Promise<TransferScorer> {
  return name === "shrinkage" ? trainShrinkage(history) : trainLstm(history, fitSequences);
}

/**
 * The size curve from all of a history, then transfer by transfer, judged before it is learnt, so that the spread and the
 * calibration are those of honest predictions.
 */
async function trainShrinkage(history: readonly Finished[]): Promise<TransferScorer> {
  const scorer = new TransferScorer(new Shrinkage(curveOf(history)));
  const polite = politeness();
  for (const transfer of history) {
    scorer.learn(transfer, scorer.judge(transfer));
    await polite();
  }
  return scorer;
}

/** The network never sees the newest part of the history, neither to learn nor to stop by: its errors there are honest. */
async function trainLstm(history: readonly Finished[], fitSequences: FitSequences): Promise<TransferScorer> {
  const held = Math.min(CALIBRATED_MOST, Math.ceil(HELD_BACK * history.length));
  const seen = history.slice(0, history.length - held);
  const vocabulary = vocabularyOf(seen);
  const estimator = new LstmEstimator(vocabulary, await fitSequences(encodeHistory(seen, vocabulary)));
  const scorer = new TransferScorer(estimator);
  const polite = politeness();
  for (const [at, transfer] of history.entries()) {
    if (at < seen.length) {
      estimator.learn(transfer);
    } else {
      scorer.learn(transfer, scorer.judge(transfer));
    }
    await polite();
  }
  return scorer;
}

/** The scorer that was saved, whichever model it is of. @throws SavedModelError for something else */
export function loadScorer(saved: unknown): TransferScorer {
  return TransferScorer.load(saved, (name, estimator) => {
    switch (name) {
      case "shrinkage":
        return Shrinkage.load(estimator);
      case "lstm":
        return LstmEstimator.load(estimator);
      default:
        throw new SavedModelError(`no model of transfers is called "${name}"`);
    }
  });
}
