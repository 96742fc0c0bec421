import type { Logger } from "pino";

/** Where an evaluation reports its progress, and what it may read; a command's own context fits. */
export interface EvaluationContext {
  readonly err: (text: string) => void;
  readonly log: Logger;
  readonly environment: NodeJS.ProcessEnv;
}
