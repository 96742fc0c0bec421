import { createHash } from "node:crypto";
import type { Worker } from "node:worker_threads";
import { besides, openWorker } from "../../training/open.ts";
import type { CalendarPeople, CalendarShifts, ReadOptions } from "./read.ts";

/** What the reading thread is started with. */
export interface CalendarQuestion {
  readonly text: string;
  readonly people: CalendarPeople;
  readonly zone: string;
  readonly range: ReadOptions["range"];
  readonly skip: readonly number[];
  /** One number: the series that is being read, -1 for none. */
  readonly progress: SharedArrayBuffer;
}

/** What it says: that it has begun, then one answer. */
export type CalendarAnswer =
  | { readonly kind: "ready" }
  | { readonly kind: "read"; readonly shifts: CalendarShifts }
  | { readonly kind: "refused"; readonly problem: string };

/** Reads a calendar's text. @throws Error when it cannot be read */
export type ReadShifts = (
  text: string,
  options: Pick<ReadOptions, "people" | "zone" | "range">,
) => Promise<CalendarShifts>;

const TIME_LIMIT = 5000;
const MOST_SKIPPED = 3;
const MEMORY = 512;
const START_LIMIT = 60_000;
const MOST_REMEMBERED = 200;

/**
 * Reads calendars in a thread of their own, so that none can stop the service. A series that is not expanded in time is left
 * out with a problem, at most three of them; then the calendar is refused.
 * @param timeLimit milliseconds for one try
 */
export function createCalendarReader(timeLimit = TIME_LIMIT): ReadShifts {
  return async (text, { people, zone, range }) => {
    const skip: number[] = [];
    const known = people.map(({ name, email }) => ({ name, ...(email === undefined ? {} : { email }) }));
    for (;;) {
      const progress = new SharedArrayBuffer(4);
      new Int32Array(progress)[0] = -1;
      const answer = await ask({ text, people: known, zone, range, skip, progress }, timeLimit);
      if (answer?.kind === "read") {
        return answer.shifts;
      }
      if (answer?.kind === "refused") {
        throw new Error(answer.problem);
      }
      const slow = Atomics.load(new Int32Array(progress), 0);
      if (slow < 0 || skip.length >= MOST_SKIPPED) {
        throw new Error(`reading the calendar takes longer than ${timeLimit / 1000} s`);
      }
      skip.push(slow);
    }
  };
}

type Answer = Exclude<CalendarAnswer, { readonly kind: "ready" }>;

/** The thread's answer; null when it took too long or needed too much memory. */
async function ask(question: CalendarQuestion, timeLimit: number): Promise<Answer | null> {
  const entry = besides(import.meta.url, "./entry.ts");
  const worker = openWorker(entry, "calendar", question, { maxOldGenerationSizeMb: MEMORY });
  try {
    return await answerOf(worker, timeLimit);
  } finally {
    await worker.terminate();
  }
}

/** Time counts from when the thread is ready: starting it is not the calendar's fault. */
function answerOf(worker: Worker, timeLimit: number): Promise<Answer | null> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(() => reject(new Error("the thread that reads calendars did not start")), START_LIMIT);
    const done = (answer: Answer | null) => {
      clearTimeout(timer);
      resolve(answer);
    };
    worker.on("message", (answer: CalendarAnswer) => {
      if (answer.kind !== "ready") {
        done(answer);
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(() => done(null), timeLimit);
    });
    worker.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      error.code === "ERR_WORKER_OUT_OF_MEMORY" ? resolve(null) : reject(error);
    });
    worker.once("exit", () => done(null));
  });
}

/** Answers what was answered for the same text, as long as it is among the newest 200: most feeds seldom change. */
export function rememberReadings(read: ReadShifts): ReadShifts {
  const known = new Map<string, CalendarShifts>();
  return async (text, options) => {
    const key = createHash("sha256")
      .update(JSON.stringify([options, text]))
      .digest("hex");
    const found = known.get(key) ?? (await read(text, options));
    known.delete(key);
    known.set(key, found);
    for (const oldest of known.keys()) {
      if (known.size <= MOST_REMEMBERED) {
        break;
      }
      known.delete(oldest);
    }
    return found;
  };
}
