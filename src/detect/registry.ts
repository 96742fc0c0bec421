import { UserError } from "../alert/user-error.ts";
import type { Detector } from "./detector.ts";
import { defaultDetector } from "./models/default.ts";
import { kmeans } from "./models/kmeans.ts";
import { mahalanobis } from "./models/mahalanobis.ts";
import { pca } from "./models/pca.ts";
import { robust } from "./models/robust.ts";
import { streamDetector } from "./models/stream-detector.ts";

/** Detectors that need nothing but arithmetic. */
export const CHEAP_DETECTORS: readonly Detector[] = [defaultDetector, robust, mahalanobis, pca, kmeans];
const NETWORKS = ["aefc", "aecnn", "aelstm", "forcnn"];

/** Names of all detectors that fit on history. */
export const DETECTOR_NAMES: readonly string[] = [
  ...CHEAP_DETECTORS.map(({ name }) => name),
  ...NETWORKS,
  streamDetector.name,
];

/** The detector of that name. Networks load TensorFlow.js, the others do not. @throws UserError for an unknown name. */
export async function findDetector(name: string): Promise<Detector> {
  const found = [...CHEAP_DETECTORS, streamDetector].find((detector) => detector.name === name);
  if (found !== undefined) {
    return found;
  }
  if (NETWORKS.includes(name)) {
    const { networkDetectors } = await import("./models/networks.ts");
    const network = networkDetectors.find((detector) => detector.name === name);
    if (network !== undefined) {
      return network;
    }
  }
  throw new UserError(`no detector "${name}"`, "detector", `choose one of ${DETECTOR_NAMES.join(", ")}`);
}
