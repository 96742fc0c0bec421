import { findDetector } from "../detect/registry.ts";
import { saveUnit, trainUnit } from "../detect/unit.ts";
import type { UnitTrainer } from "./detection/training.ts";

/** Trains in this thread: for cheap detectors and tests; networks would block the event loop for seconds. */
export function createInlineTrainer(): UnitTrainer {
  return {
    async train({ detector, frame, options }, onProgress, signal) {
      const unit = await trainUnit(await findDetector(detector), frame, { ...options, onProgress, signal });
      return { unit, bytes: saveUnit(unit) };
    },
  };
}
