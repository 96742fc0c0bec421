import type { Finished } from "./estimator.ts";
import { TransferScorer } from "./scorer.ts";
import { curveOf, Shrinkage } from "./shrinkage.ts";

/** Fewer transfers than this say nothing of sizes. */
export const LEAST_TRANSFERS = 50;

/**
 * Learns from a history in its order: the size curve from all of it, then transfer by transfer, judged before it is learnt,
 * so that the spread and the calibration are those of honest predictions.
 */
export function trainShrinkage(history: readonly Finished[]): TransferScorer {
  const scorer = new TransferScorer(new Shrinkage(curveOf(history)));
  for (const transfer of history) {
    scorer.learn(transfer, scorer.judge(transfer));
  }
  return scorer;
}
