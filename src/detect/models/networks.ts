import type { Detector } from "../detector.ts";
import { aefcArchitecture } from "./aefc.ts";
import type { Architecture } from "./network-core/architecture.ts";
import { networkDetector } from "./network-core/detector.ts";

export const architectures: readonly Architecture[] = [aefcArchitecture];

/** The detectors that are neural networks, trained with TensorFlow.js. */
export const networkDetectors: readonly Detector[] = architectures.map(networkDetector);
