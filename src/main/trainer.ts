import type { Logger } from "pino";
import type { Config } from "../config/schema.ts";
import { findDetector } from "../detect/registry.ts";
import { loadUnit } from "../detect/unit.ts";
import { createTrainer } from "../detect/worker/trainer.ts";
import type { UnitTrainer } from "./detection/training.ts";

/** The training thread, as detection uses it. */
export interface RunningTrainer extends UnitTrainer {
  stop(): Promise<void>;
}

/** Opens the training thread for the configured backend. */
export function openTrainer(config: Config["detect"], log: Logger): RunningTrainer {
  const trainer = createTrainer({ backend: config.backend, log: (message, fields) => log.info(fields, message) });
  return {
    async train({ detector, frame, options }, onProgress, signal) {
      const bytes = await trainer.trainUnit(detector, frame, { ...options, onProgress, signal });
      return { unit: await loadUnit(bytes, findDetector), bytes };
    },
    stop: () => trainer.stop(),
  };
}
