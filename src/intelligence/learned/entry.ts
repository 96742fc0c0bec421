import { parentPort, workerData } from "node:worker_threads";
import { fitSeverityGuess } from "./guesser.ts";
import type { LabelledRule } from "./severity-model.ts";

// The thread that learns severities: one answer, then it ends.
parentPort?.postMessage(fitSeverityGuess(workerData as readonly LabelledRule[]));
