import { parentPort, workerData } from "node:worker_threads";
import { prepareBackend } from "../../detect/backend/prepare.ts";
import { CHEAP_DETECTORS, findDetector } from "../../detect/registry.ts";
import { saveUnit, trainUnit } from "../../detect/unit.ts";
import type { Reply, Request, ThreadData } from "./protocol.ts";

const { backend } = workerData as ThreadData;
const running = new Map<number, AbortController>();
const say = (reply: Reply, transfer: ArrayBuffer[] = []) => parentPort?.postMessage(reply, transfer);

async function train({ id, job }: Extract<Request, { kind: "train" }>): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    if (!CHEAP_DETECTORS.some(({ name }) => name === job.detector)) {
      await prepareBackend({ wanted: backend, log: (message, fields) => say({ kind: "log", message, fields }) });
    }
    const unit = await trainUnit(await findDetector(job.detector), job.frame, {
      ...job.options,
      signal: controller.signal,
      onProgress: (progress) => say({ kind: "progress", id, progress }),
    });
    const bytes = Uint8Array.from(saveUnit(unit));
    unit.model.dispose();
    say({ kind: "trained", id, bytes }, [bytes.buffer]);
  } catch (error) {
    say({ kind: "failed", id, message: (error as Error).message });
  } finally {
    running.delete(id);
  }
}

parentPort?.on("message", (request: Request) => {
  if (request.kind === "abort") {
    running.get(request.id)?.abort();
  } else {
    void train(request);
  }
});
