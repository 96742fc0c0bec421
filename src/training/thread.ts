import { besides, openWorker } from "./open.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./protocol.ts";

/** One running training thread. */
export interface TrainingThread {
  /** Also keeps the process alive until `idle`. */
  send(message: ToWorker, transfer: ArrayBuffer[]): void;
  /** Nothing to do: the process may end. */
  idle(): void;
  end(): Promise<void>;
}

export interface ThreadListener {
  onMessage(message: FromWorker): void;
  /** The thread is gone without having been ended. */
  onDeath(why: string): void;
}

/** The thread's file beside this module. */
export function entryUrl(): URL {
  return besides(import.meta.url, "./entry.ts");
}

export function startThread(entry: URL, start: WorkerStart, listener: ThreadListener): TrainingThread {
  const worker = openWorker(entry, "training", start);
  let over = false;
  const die = (why: string): void => {
    if (!over) {
      over = true;
      listener.onDeath(why);
    }
  };
  worker.on("message", (message: FromWorker) => {
    if (!over) {
      listener.onMessage(message);
    }
  });
  worker.on("error", (error) => die(error instanceof Error ? error.message : String(error)));
  worker.on("exit", (code) => die(`it exited with code ${code}`));
  return {
    send(message, transfer) {
      worker.ref();
      worker.postMessage(message, transfer);
    },
    idle: () => worker.unref(),
    async end() {
      over = true;
      await worker.terminate();
    },
  };
}
