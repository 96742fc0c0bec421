import type { Logger } from "pino";
import type { Config } from "../config/schema.ts";
import type { UnitTrainer } from "./detection/training.ts";
import { createInlineTrainer } from "./inline-trainer.ts";

/** Where models are trained. */
export interface Trainer extends UnitTrainer {
  stop(): Promise<void>;
}

/** Opens the training thread. */
export function openTrainer(_config: Config["detect"], _log: Logger): Trainer {
  return { ...createInlineTrainer(), stop: async () => {} };
}
