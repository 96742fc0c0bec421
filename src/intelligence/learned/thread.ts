import { besides, openWorker } from "../../training/open.ts";
import type { FittedSeverity } from "./guesser.ts";
import type { LabelledRule } from "./severity-model.ts";

/**
 * Learns severities in a thread of its own, for it takes seconds. The process may end meanwhile.
 * @throws Error when the thread dies without an answer
 */
export function fitInThread(examples: readonly LabelledRule[]): Promise<FittedSeverity | null> {
  const worker = openWorker(besides(import.meta.url, "./entry.ts"), "learning", examples);
  worker.unref();
  return new Promise((resolve, reject) => {
    worker.once("message", (fitted: FittedSeverity | null) => {
      resolve(fitted);
      worker.terminate().catch(reject);
    });
    worker.once("error", (error) => reject(error instanceof Error ? error : new Error(String(error))));
    worker.once("exit", (code) => reject(new Error(`the learning thread exited with code ${code}`)));
  });
}
