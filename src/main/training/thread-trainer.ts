import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Logger } from "pino";
import type { FitProgress } from "../../detect/detector.ts";
import { findDetector } from "../../detect/registry.ts";
import { loadUnit } from "../../detect/unit.ts";
import type { TrainingJob, UnitTrainer } from "../detection/training.ts";
import type { Reply, Request, ThreadData } from "./protocol.ts";

/** Where models are trained. */
export interface Trainer extends UnitTrainer {
  stop(): Promise<void>;
}

interface Waiting {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: (progress: FitProgress) => void;
}

/**
 * Trains in one long-lived thread, so that neither scores nor buttons wait for it. The thread is started by the first job; if
 * it dies, its jobs fail with the reason and the next job starts a new one.
 */
export function createThreadTrainer(data: ThreadData, log: Logger): Trainer {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let lastId = 0;

  function fail(reason: string): void {
    worker = null;
    for (const { reject } of waiting.values()) {
      reject(new Error(`the training thread ended: ${reason}`));
    }
    waiting.clear();
  }

  function hear(reply: Reply): void {
    if (reply.kind === "log") {
      log.info(reply.fields, reply.message);
      return;
    }
    const job = waiting.get(reply.id);
    if (reply.kind === "progress") {
      job?.onProgress(reply.progress);
      return;
    }
    waiting.delete(reply.id);
    if (reply.kind === "trained") {
      job?.resolve(reply.bytes);
    } else {
      job?.reject(new Error(reply.message));
    }
  }

  function open(): Worker {
    const started = startThread(data);
    started.on("message", hear);
    started.on("error", (error) => fail(error.message));
    started.on("exit", (code) => {
      if (worker === started) {
        fail(`exit code ${code}`);
      }
    });
    return started;
  }

  async function runJob(job: TrainingJob, onProgress: Waiting["onProgress"], signal: AbortSignal): Promise<Uint8Array> {
    signal.throwIfAborted();
    worker ??= open();
    const thread = worker;
    const id = ++lastId;
    const abort = () => thread.postMessage({ kind: "abort", id } satisfies Request);
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject, onProgress });
        thread.postMessage({ kind: "train", id, job } satisfies Request);
      });
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  return {
    async train(job, onProgress, signal) {
      const bytes = await runJob(job, onProgress, signal);
      return { unit: await loadUnit(bytes, findDetector), bytes };
    },
    async stop() {
      const last = worker;
      fail("it was stopped");
      await last?.terminate();
    },
  };
}

/** From dist/ the compiled thread; from the sources (tests, tsx) the TypeScript one, with tsx to read it. */
function startThread(data: ThreadData): Worker {
  const compiled = new URL("./thread.js", import.meta.url);
  return existsSync(fileURLToPath(compiled))
    ? new Worker(compiled, { workerData: data })
    : new Worker(
        `import("tsx/esm/api").then(({ register }) => { register(); return import(${JSON.stringify(new URL("./thread.ts", import.meta.url).href)}); })`,
        {
          eval: true,
          workerData: data,
        },
      );
}
