import { UserError } from "../../alert/user-error.ts";
import { findShapeDetector } from "../judge/detectors/registry.ts";
import { ALONE, AROUND, BEFORE } from "../judge/neighbours.ts";
import type { LabelledHistogram } from "../judge/read/record.ts";
import { figuresOf, type JudgedHistogram, type RunWiseFigures, runWiseScores } from "../judge/run-wise.ts";
import { type ReadNotes, readHistograms } from "./histogram-files.ts";

/** Lumisections that are judged at once. */
const MOST_ROWS = 200_000;

export interface LabelFigures extends RunWiseFigures {
  readonly label: string;
  readonly runs: number;
  readonly lumisections: number;
  readonly bad: number;
}

export interface EvaluateChoices {
  readonly labels: readonly string[];
  readonly detectors: readonly string[];
  readonly histogram?: string | undefined;
  readonly seed: number;
}

/**
 * Judges detectors on labelled lumisections (label 0 is bad), each run by models that have not seen it. The product's detectors see a
 * lumisection with its neighbours; `default causal` only with those before it, `default alone` and the simple ones with none.
 * @throws UserError when a label is missing, or a file holds several histograms and none is chosen
 */
export async function evaluateDqm(
  file: string,
  choices: EvaluateChoices,
  notes: ReadNotes,
): Promise<readonly LabelFigures[]> {
  const all = await readAll(file, choices, notes);
  const figures: LabelFigures[] = [];
  for (const label of choices.labels) {
    const judged = all.map((one): JudgedHistogram => ({ ...one, bad: labelOf(one, label, file) === 0 }));
    const bad = judged.filter((one) => one.bad).length;
    const runs = new Set(judged.map(({ run }) => run)).size;
    checkJudged(judged, runs, label, file);
    for (const { name, detector, neighbours } of rowsFor(choices.detectors)) {
      const scores = await runWiseScores(detector, judged, { seed: choices.seed, neighbours });
      figures.push({ label, runs, lumisections: judged.length, bad, ...figuresOf(name, scores, judged) });
    }
  }
  return figures;
}

/** A run can only be judged by others: two with good lumisections must be there, and something bad. */
function checkJudged(judged: readonly JudgedHistogram[], runs: number, label: string, file: string): void {
  const goodRuns = new Set(judged.filter(({ bad }) => !bad).map(({ run }) => run)).size;
  if (goodRuns < 2 || !judged.some(({ bad }) => bad)) {
    throw new UserError(
      `${goodRuns} of ${runs} runs have good lumisections by "${label}", or none is bad`,
      file,
      "give at least two runs with good ones, and bad ones",
    );
  }
}

function rowsFor(names: readonly string[]) {
  return names.flatMap((name) => {
    const detector = findShapeDetector(name);
    const alone = { name, detector, neighbours: ALONE };
    return name === "default"
      ? [
          { ...alone, neighbours: AROUND },
          { ...alone, name: "default causal", neighbours: BEFORE },
          { ...alone, name: "default alone" },
        ]
      : [alone];
  });
}

async function readAll(
  file: string,
  choices: EvaluateChoices,
  notes: ReadNotes,
): Promise<readonly LabelledHistogram[]> {
  const all: LabelledHistogram[] = [];
  const histograms = choices.histogram === undefined ? {} : { histograms: [choices.histogram] };
  for await (const one of readHistograms(file, { labels: choices.labels, notes, ...histograms })) {
    all.push(one);
    if (all.length > MOST_ROWS) {
      throw new UserError(`more than ${MOST_ROWS} lumisections`, file, "give a part of it");
    }
  }
  const names = [...new Set(all.map(({ name }) => name))];
  if (names.length > 1) {
    throw new UserError(`${names.length} histograms`, file, `choose one with --histogram, e.g. ${names[0]}`);
  }
  return all;
}

function labelOf(one: LabelledHistogram, label: string, file: string): number {
  const value = one.labels.get(label);
  if (value === undefined || value === null) {
    throw new UserError(
      `run ${one.run} lumisection ${one.lumi} has no "${label}"`,
      file,
      "give a column with 1 for good and 0 for bad",
    );
  }
  return value;
}
