import type { Logger } from "pino";
import type { Config } from "../config/schema.ts";
import { wishBackend } from "../detect/backend/prepare.ts";
import type { FitSequences } from "../transfers/model/models.ts";
import { createTrainer } from "./trainer.ts";
import { createUnitTrainer, type UnitTrainer } from "./unit-trainer.ts";

/** The training thread, as detection uses it. */
export interface RunningTrainer extends UnitTrainer {
  /** The network of transfers. */
  fitSequences(seed: number): FitSequences;
  stop(): Promise<void>;
}

/** Opens the training thread for the configured backend. */
export function openTrainer(config: Config["detect"], log: Logger): RunningTrainer {
  // Networks that are trained in this thread, as those of histograms are, use the same.
  wishBackend({ wanted: config.backend, log: (message, fields) => log.info(fields, message) });
  const trainer = createTrainer({ backend: config.backend, log: (message, fields) => log.info(fields, message) });
  return {
    ...createUnitTrainer(trainer),
    fitSequences: (seed) => (history) => trainer.fitTransfers(history, { seed }),
    stop: () => trainer.stop(),
  };
}
