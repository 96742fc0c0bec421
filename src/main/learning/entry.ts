import { parentPort, workerData } from "node:worker_threads";
import { fitSeverityGuess } from "../../intelligence/learned/guesser.ts";
import type { LabelledRule } from "../../intelligence/learned/severity-model.ts";

// The thread that learns severities: one answer, then it ends.
parentPort?.postMessage(fitSeverityGuess(workerData as readonly LabelledRule[]));
