import type { Logger } from "pino";

/** Things that were started, to be stopped in reverse order. */
export interface Lifecycle {
  /** Notes how to stop something that has just been started. */
  onStop(name: string, stop: () => Promise<void> | void): void;
  /** Stops everything, newest first; one that fails or hangs does not keep the others from stopping. */
  stop(): Promise<void>;
}

const PATIENCE = 10_000;

/** An empty lifecycle. */
export function createLifecycle(log: Logger): Lifecycle {
  const stops: { name: string; stop: () => Promise<void> | void }[] = [];
  return {
    onStop(name, stop) {
      stops.push({ name, stop });
    },
    async stop() {
      for (let last = stops.pop(); last !== undefined; last = stops.pop()) {
        const { name, stop } = last;
        await withPatience(Promise.resolve().then(stop)).catch((error: Error) =>
          log.error({ part: name, err: error }, "could not stop cleanly"),
        );
      }
    },
  };
}

async function withPatience(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${PATIENCE / 1000} s`)), PATIENCE);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves at the first SIGINT or SIGTERM, or when the signal given aborts; a second interrupt ends the process at once. */
export function untilInterrupted(signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve) => {
    signal?.addEventListener("abort", () => resolve("asked to stop"), { once: true });
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      process.once(name, () => {
        process.once(name, () => process.exit(130));
        resolve(name);
      });
    }
  });
}
