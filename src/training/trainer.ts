import { type BackendWish, wished } from "../detect/backend/prepare.ts";
import type { FitProgress, SavedModel } from "../detect/detector.ts";
import type { Frame } from "../detect/frame.ts";
import type { TrainedSequences } from "../transfers/model/lstm/training.ts";
import type { FromWorker, JobKind, SentOptions, ToWorker, Trained } from "./protocol.ts";
import { unpackError } from "./sent-error.ts";
import { entryUrl, startThread, type TrainingThread } from "./thread.ts";

export interface TrainOptions extends SentOptions {
  readonly onProgress?: (progress: FitProgress) => void;
  readonly signal?: AbortSignal;
}

/** Trains off the main thread, one job after the other, in one thread that lives as long as the trainer. */
export interface Trainer {
  /**
   * Fits a detector. The frame is copied: the caller's arrays stay usable.
   * @throws Error as the detector's fit does; when the queue is full; when the thread died; the signal's reason on abort
   */
  fit(detector: string, frame: Frame, options: TrainOptions): Promise<SavedModel>;
  /** Trains a whole unit; the bytes are those of `saveUnit`. Errors as in `fit`. */
  trainUnit(detector: string, frame: Frame, options: TrainOptions): Promise<Uint8Array>;
  /** Trains the network of transfers on an encoded history (`encodeHistory`). Errors as in `fit`. */
  fitTransfers(history: Frame, options: TrainOptions): Promise<TrainedSequences>;
  /** Jobs that wait or run. */
  pending(): number;
  /** Ends the thread; jobs that wait or run are rejected. */
  stop(): Promise<void>;
}

export interface TrainerOptions {
  readonly backend?: BackendWish;
  /** Jobs that may wait; one more is refused. */
  readonly most?: number;
  readonly log?: (message: string, fields: Readonly<Record<string, unknown>>) => void;
  /** The thread's file; another one in tests. */
  readonly entry?: URL;
}

interface Job {
  readonly id: number;
  readonly message: ToWorker & { readonly type: "train" };
  readonly transfer: ArrayBuffer[];
  readonly options: TrainOptions;
  readonly resolve: (trained: Trained) => void;
  readonly reject: (error: unknown) => void;
}

const MOST_WAITING = 1024;

/** A copy that can be handed over to the thread without a second copy. */
function copied(frame: Frame): { frame: Frame; transfer: ArrayBuffer[] } {
  const values = Float64Array.from(frame.values);
  const times = frame.times === null ? null : Float64Array.from(frame.times);
  const transfer = times === null ? [values.buffer] : [values.buffer, times.buffer];
  return { frame: { metrics: [...frame.metrics], rows: frame.rows, values, times }, transfer };
}

class ThreadTrainer implements Trainer {
  readonly #options: TrainerOptions;
  readonly #queue: Job[] = [];
  #running: Job | null = null;
  #thread: TrainingThread | null = null;
  #stopped = false;
  /** The thread uses TensorFlow's native library, and it died: the next thread does not. */
  #native = false;
  #nativeDied = false;
  #lastId = 0;

  constructor(options: TrainerOptions) {
    this.#options = options;
  }

  async fit(detector: string, frame: Frame, options: TrainOptions): Promise<SavedModel> {
    const trained = await this.#submit("model", detector, frame, options);
    if (trained.kind !== "model") {
      throw new Error("the training thread answered with a unit where a model was asked for");
    }
    return trained.saved;
  }

  async trainUnit(detector: string, frame: Frame, options: TrainOptions): Promise<Uint8Array> {
    const trained = await this.#submit("unit", detector, frame, options);
    if (trained.kind !== "unit") {
      throw new Error("the training thread answered with a model where a unit was asked for");
    }
    return trained.bytes;
  }

  async fitTransfers(history: Frame, options: TrainOptions): Promise<TrainedSequences> {
    const trained = await this.#submit("transfers", "the network of transfers", history, options);
    if (trained.kind !== "transfers") {
      throw new Error(
        `the training thread answered with a ${trained.kind} where the network of transfers was asked for`,
      );
    }
    return trained.sequences;
  }

  pending(): number {
    return this.#queue.length + (this.#running === null ? 0 : 1);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const left = this.#running === null ? [] : [this.#running];
    left.push(...this.#queue.splice(0));
    this.#running = null;
    for (const job of left) {
      job.reject(new Error(`the trainer was stopped before ${job.message.detector} was trained`));
    }
    await this.#thread?.end();
    this.#thread = null;
  }

  async #submit(kind: JobKind, detector: string, frame: Frame, options: TrainOptions): Promise<Trained> {
    const { onProgress: _, signal, ...sent } = options;
    signal?.throwIfAborted();
    const most = this.#options.most ?? MOST_WAITING;
    if (this.#stopped) {
      throw new Error(`the trainer is stopped: ${detector} was not trained`);
    }
    if (this.#queue.length >= most) {
      throw new Error(`${most} trainings wait already: ${detector} was refused, try again later`);
    }
    const { frame: copy, transfer } = copied(frame);
    const id = ++this.#lastId;
    const message = { type: "train", job: id, kind, detector, frame: copy, options: sent } as const;
    return new Promise((resolve, reject) => {
      const job: Job = { id, message, transfer, options, resolve: settle(resolve), reject: settle(reject) };
      const onAbort = () => this.#abort(job);
      function settle<T>(how: (value: T) => void): (value: T) => void {
        return (value) => {
          signal?.removeEventListener("abort", onAbort);
          how(value);
        };
      }
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#queue.push(job);
      if (this.#running === null) {
        this.#next();
      }
    });
  }

  #next(): void {
    const job = this.#queue.shift();
    this.#running = job ?? null;
    if (job === undefined) {
      this.#thread?.idle();
      return;
    }
    this.#thread ??= this.#open();
    this.#thread.send(job.message, job.transfer);
  }

  #open(): TrainingThread {
    const entry = this.#options.entry ?? entryUrl();
    return startThread(
      entry,
      { backend: this.#nativeDied ? "wasm" : (this.#options.backend ?? wished().wanted ?? "auto") },
      { onMessage: (message) => this.#receive(message), onDeath: (why) => this.#died(why) },
    );
  }

  #receive(message: FromWorker): void {
    if (message.type === "native") {
      this.#native = true;
      return;
    }
    if (message.type === "log") {
      this.#options.log?.(message.message, message.fields);
      return;
    }
    const job = this.#running;
    if (job?.id !== message.job) {
      return;
    }
    if (message.type === "progress") {
      job.options.onProgress?.(message.progress);
      return;
    }
    if (message.type === "trained") {
      job.resolve(message.trained);
    } else {
      const { signal } = job.options;
      job.reject(signal?.aborted ? signal.reason : unpackError(message.error));
    }
    this.#next();
  }

  #died(why: string): void {
    this.#thread = null;
    const job = this.#running;
    const detector = job?.message.detector ?? null;
    this.#options.log?.("training thread died", { why, detector });
    if (this.#native && !this.#nativeDied) {
      this.#nativeDied = true;
      this.#options.log?.("the thread used TensorFlow's native library: WebAssembly takes over", { why });
    }
    job?.reject(
      new Error(`the training thread died while it trained ${detector}: ${why}; the next job starts a new one`),
    );
    this.#next();
  }

  #abort(job: Job): void {
    const at = this.#queue.indexOf(job);
    if (at >= 0) {
      this.#queue.splice(at, 1);
      job.reject(job.options.signal?.reason);
    } else if (this.#running === job) {
      this.#thread?.send({ type: "abort", job: job.id }, []);
    }
  }
}

/** Opens a trainer; its thread starts with the first job. */
export function createTrainer(options: TrainerOptions = {}): Trainer {
  return new ThreadTrainer(options);
}
