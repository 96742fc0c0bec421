import { parentPort, workerData } from "node:worker_threads";
import { readCalendar } from "./read.ts";
import type { CalendarAnswer, CalendarQuestion } from "./thread.ts";

// The thread that reads one calendar: one answer, then it ends.
const { text, people, zone, range, skip, progress } = workerData as CalendarQuestion;
const counter = new Int32Array(progress);

function answer(): CalendarAnswer {
  try {
    const reading = (series: number | null) => void Atomics.store(counter, 0, series ?? -1);
    return { kind: "read", shifts: readCalendar(text, { people, zone, range, skip: new Set(skip), reading }) };
  } catch (error) {
    return { kind: "refused", problem: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.postMessage({ kind: "ready" } satisfies CalendarAnswer);
parentPort?.postMessage(answer());
