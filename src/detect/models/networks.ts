import type { Detector } from "../detector.ts";
import { aecnnArchitecture } from "./aecnn.ts";
import { aefcArchitecture } from "./aefc.ts";
import { aelstmArchitecture } from "./aelstm.ts";
import { forcnnArchitecture } from "./forcnn.ts";
import type { Architecture } from "./network-core/architecture.ts";
import { networkDetector } from "./network-core/detector.ts";

export const architectures: readonly Architecture[] = [
  aefcArchitecture,
  aecnnArchitecture,
  aelstmArchitecture,
  forcnnArchitecture,
];

/** The detectors that are neural networks, trained with TensorFlow.js. */
export const networkDetectors: readonly Detector[] = architectures.map(networkDetector);
