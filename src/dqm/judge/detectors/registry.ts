import { UserError } from "../../../alert/user-error.ts";
import { autoencoderDetector } from "./autoencoder.ts";
import { betaBinomialDetector } from "./beta-binomial.ts";
import { defaultDetector } from "./default.ts";
import type { ShapeDetector } from "./detector.ts";
import { pcaDetector } from "./pca.ts";
import { pullDetector } from "./pull.ts";
import { chiSquaredDetector, entriesDetector, kolmogorovDetector } from "./tests.ts";

/** All detectors of histograms; `entries` is there to be compared with, not to be used. */
export const SHAPE_DETECTORS: readonly ShapeDetector[] = [
  defaultDetector,
  pullDetector,
  betaBinomialDetector,
  chiSquaredDetector,
  kolmogorovDetector,
  pcaDetector,
  autoencoderDetector,
  entriesDetector,
];

/** @throws UserError naming the ones there are */
export function findShapeDetector(name: string): ShapeDetector {
  const found = SHAPE_DETECTORS.find((detector) => detector.name === name);
  if (found === undefined) {
    const names = SHAPE_DETECTORS.map((detector) => detector.name).join(", ");
    throw new UserError(`no detector "${name}"`, "detector", `choose one of ${names}`);
  }
  return found;
}
