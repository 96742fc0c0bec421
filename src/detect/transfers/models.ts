import { SavedModelError } from "../saved-model.ts";
import { TransferScorer } from "./scorer.ts";
import { Shrinkage } from "./shrinkage.ts";

/** The scorer that was saved, whichever model it is of. @throws SavedModelError for something else */
export function loadScorer(saved: unknown): TransferScorer {
  return TransferScorer.load(saved, (name, estimator) => {
    if (name === "shrinkage") {
      return Shrinkage.load(estimator);
    }
    throw new SavedModelError(`no model of transfers is called "${name}"`);
  });
}
