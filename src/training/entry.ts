import { parentPort, workerData } from "node:worker_threads";
import { prepareBackend, wishBackend } from "../detect/backend/prepare.ts";
import type { FitProgress } from "../detect/detector.ts";
import { findDetector } from "../detect/registry.ts";
import { saveUnit, trainUnit } from "../detect/unit.ts";
import type { FromWorker, ToWorker, Trained, WorkerStart } from "./protocol.ts";
import { packError } from "./sent-error.ts";

// The training thread: one job at a time; the trainer in the main thread keeps the queue.

if (parentPort === null) {
  throw new Error("this file is the training thread's: start it through createTrainer");
}
const port = parentPort;
const start = workerData as WorkerStart;
let running: { readonly job: number; readonly abort: AbortController } | null = null;

function send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

wishBackend({ wanted: start.backend, log: (message, fields) => send({ type: "log", message, fields }) });

async function train(request: ToWorker & { readonly type: "train" }, signal: AbortSignal): Promise<Trained> {
  const { job, kind, frame } = request;
  const onProgress = (progress: FitProgress) => send({ type: "progress", job, progress });
  const options = { ...request.options, signal, onProgress };
  if (kind === "transfers") {
    const { trainSequences } = await import("../transfers/model/lstm/training.ts");
    const { tf } = await prepareBackend();
    return { kind, sequences: await trainSequences(tf, frame, options) };
  }
  const detector = await findDetector(request.detector);
  if (kind === "unit") {
    return { kind, bytes: saveUnit(await trainUnit(detector, frame, options)) };
  }
  const model = await detector.fit(frame, options);
  const saved = model.save();
  model.dispose();
  return { kind, saved };
}

/** Memory that can be handed over instead of copied. */
function transferable(trained: Trained): ArrayBuffer[] {
  if (trained.kind === "transfers") {
    return [];
  }
  const bytes = trained.kind === "unit" ? trained.bytes : trained.saved.weights;
  const whole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
  return whole ? [bytes.buffer as ArrayBuffer] : [];
}

async function run(request: ToWorker & { readonly type: "train" }): Promise<void> {
  const abort = new AbortController();
  running = { job: request.job, abort };
  try {
    const trained = await train(request, abort.signal);
    send({ type: "trained", job: request.job, trained }, transferable(trained));
  } catch (error) {
    send({ type: "failed", job: request.job, error: packError(error) });
  } finally {
    running = null;
  }
}

port.on("message", (message: ToWorker) => {
  if (message.type === "train") {
    // It sends its own failures.
    run(message).catch((error: unknown) => send({ type: "failed", job: message.job, error: packError(error) }));
  } else if (running?.job === message.job) {
    running.abort.abort(new Error("training was stopped"));
  }
});
