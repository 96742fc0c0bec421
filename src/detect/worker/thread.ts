import { Worker } from "node:worker_threads";
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

const SOURCE = new URL("./entry.ts", import.meta.url);

/** The thread's file beside this module: compiled as this module is, or source as it is. */
export function entryUrl(): URL {
  return import.meta.url.endsWith(".ts") ? SOURCE : new URL(SOURCE.href.replace(/\.ts$/, ".js"));
}

/**
 * From source the thread first needs the TypeScript loader of the tests and scripts: Node 20 cannot run TypeScript, and a
 * thread does not inherit the loader of the thread that starts it.
 */
function openWorker(entry: URL, start: WorkerStart): Worker {
  const options = { workerData: start, name: "training" };
  if (!entry.pathname.endsWith(".ts")) {
    return new Worker(entry, options);
  }
  const loader = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const main = JSON.stringify(entry.href);
  const code = `import(${loader}).then(({ register }) => { register(); return import(${main}); });`;
  return new Worker(code, { ...options, eval: true });
}

export function startThread(entry: URL, start: WorkerStart, listener: ThreadListener): TrainingThread {
  const worker = openWorker(entry, start);
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
