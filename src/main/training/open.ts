import type { Logger } from "pino";
import type { Config } from "../../config/schema.ts";
import { createThreadTrainer, type Trainer } from "./thread-trainer.ts";

/** Opens the training thread for the configured backend. */
export function openTrainer(config: Config["detect"], log: Logger): Trainer {
  return createThreadTrainer({ backend: config.backend }, log);
}
