import { UserError } from "../alert/user-error.ts";
import type { Detector } from "./detector.ts";
import { mahalanobis } from "./models/mahalanobis.ts";

const CHEAP: readonly Detector[] = [mahalanobis];
const NETWORKS = ["aefc", "aecnn", "aelstm", "forcnn"];

/** Names of all detectors that fit on history. */
export const DETECTOR_NAMES: readonly string[] = [...CHEAP.map(({ name }) => name), ...NETWORKS];

/** The detector of that name. Networks load TensorFlow.js, the others do not. @throws UserError for an unknown name. */
export async function findDetector(name: string): Promise<Detector> {
  const found = CHEAP.find((detector) => detector.name === name);
  if (found !== undefined) {
    return found;
  }
  throw new UserError(`no detector "${name}"`, "detector", `choose one of ${DETECTOR_NAMES.join(", ")}`);
}
