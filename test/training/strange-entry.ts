import { parentPort, workerData } from "node:worker_threads";
import type { FromWorker, ToWorker, WorkerStart } from "../../src/training/protocol.ts";

// A training thread that does what the name of the detector says.

let waiting: number | null = null;

function send(message: FromWorker): void {
  parentPort?.postMessage(message);
}

function train(message: ToWorker & { type: "train" }): void {
  const { job, detector, frame } = message;
  if (detector === "says its backend") {
    const { backend } = workerData as WorkerStart;
    const saved = { format: 1, detector: backend, metrics: frame.metrics, header: {}, weights: new Uint8Array(1) };
    send({ type: "trained", job, trained: { kind: "model", saved } });
    return;
  }
  if (detector === "dies in the native library") {
    send({ type: "native" });
    process.exit(139);
  }
  if (detector === "exits") {
    process.exit(3);
  }
  if (detector === "throws") {
    setImmediate(() => {
      throw new Error("out of everything");
    });
    return;
  }
  if (detector === "waits") {
    waiting = job;
    send({ type: "progress", job, progress: { epoch: 1, epochs: 2, loss: null } });
    return;
  }
  const saved = { format: 1, detector, metrics: frame.metrics, header: {}, weights: new Uint8Array([frame.rows]) };
  send({ type: "trained", job, trained: { kind: "model", saved } });
}

parentPort?.on("message", (message: ToWorker) => {
  if (message.type === "train") {
    train(message);
  } else if (message.job === waiting) {
    const error = { name: "Error", message: "stopped", stack: "", user: null };
    send({ type: "failed", job: message.job, error });
  }
});
