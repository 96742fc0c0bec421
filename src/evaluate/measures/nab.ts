import type { Segment } from "./segments.ts";

/** One file of NAB as it was scored. */
export interface NabFile {
  readonly scores: ArrayLike<number>;
  /** Rows of the labelled windows, both ends included, ascending. */
  readonly windows: readonly Segment[];
}

/** What kinds of detection weigh. */
export interface NabProfile {
  readonly falsePositive: number;
  readonly falseNegative: number;
}

export const STANDARD_PROFILE: NabProfile = { falsePositive: 0.11, falseNegative: 1 };
const LARGEST_RATIO = 3;
const MAX_PROBATION = 750;

/** Rows at a file's start whose scores are not counted. */
export function probationOf(rows: number): number {
  return Math.floor(Math.min(0.15 * rows, MAX_PROBATION));
}

/**
 * NAB's score of a set of files at the one threshold that is best for all of them, between 0 (detects nothing) and 100 (perfect).
 * Source: Lavin and Ahmad, "Evaluating Real-time Anomaly Detection Algorithms", 2015, and its scorer.
 */
export function nabScore(files: readonly NabFile[], profile: NabProfile = STANDARD_PROFILE) {
  const windows = files.reduce((sum, file) => sum + countedWindows(file).length, 0);
  const nothing = -windows * profile.falseNegative;
  const steps = files.flatMap((file) => rowsWorth(file, profile)).sort((a, b) => b.score - a.score);
  let best = nothing;
  let threshold = Number.POSITIVE_INFINITY;
  let raw = nothing;
  const bestOfWindow = new Map<object, number>();
  for (let at = 0; at < steps.length; at++) {
    const step = steps[at] as RowWorth;
    raw += worthAdded(step, bestOfWindow, profile);
    if (raw > best && steps[at + 1]?.score !== step.score) {
      best = raw;
      threshold = step.score;
    }
  }
  return { score: windows === 0 ? Number.NaN : (100 * (best - nothing)) / (windows - nothing), threshold };
}

/** The score of a set of files at a given threshold: rows with a score ≥ it are detections. NaN without windows. */
export function nabScoreAt(
  files: readonly NabFile[],
  threshold: number,
  profile: NabProfile = STANDARD_PROFILE,
): number {
  const windows = files.reduce((sum, file) => sum + countedWindows(file).length, 0);
  const bestOfWindow = new Map<object, number>();
  let gained = 0;
  for (const file of files) {
    for (const row of rowsWorth(file, profile)) {
      gained += row.score >= threshold ? worthAdded(row, bestOfWindow, profile) : 0;
    }
  }
  return windows === 0 ? Number.NaN : (100 * gained) / (windows * (1 + profile.falseNegative));
}

interface RowWorth {
  readonly score: number;
  readonly worth: number;
  /** The window it is in; null for a false positive. */
  readonly window: object | null;
}

/** The first detection of a window is its earliest row, and rows are worth less the later they are: the best is the first. */
function worthAdded({ worth, window }: RowWorth, bestOfWindow: Map<object, number>, profile: NabProfile): number {
  if (window === null) {
    return worth;
  }
  const before = bestOfWindow.get(window);
  if (before !== undefined && before >= worth) {
    return 0;
  }
  bestOfWindow.set(window, worth);
  return before === undefined ? worth + profile.falseNegative : worth - before;
}

function rowsWorth(file: NabFile, profile: NabProfile): readonly RowWorth[] {
  const windows = countedWindows(file);
  const worths: RowWorth[] = [];
  let passed = -1;
  for (let row = probationOf(file.scores.length); row < file.scores.length; row++) {
    while (passed + 1 < windows.length && (windows[passed + 1] as Segment).to < row) {
      passed++;
    }
    const next = windows[passed + 1];
    const score = file.scores[row] as number;
    if (next !== undefined && row >= next.from) {
      const position = -(next.to - row + 1) / (next.to - next.from + 1);
      worths.push({ score, worth: sigmoid(position) / sigmoid(-1), window: next });
    } else {
      worths.push({ score, worth: profile.falsePositive * falseWorth(row, windows[passed]), window: null });
    }
  }
  return worths;
}

function falseWorth(row: number, previous: Segment | undefined): number {
  if (previous === undefined) {
    return -1;
  }
  const ratio = (row - previous.to) / (previous.to - previous.from);
  return ratio > LARGEST_RATIO ? -1 : sigmoid(ratio);
}

/** Windows that end after probation. */
function countedWindows({ windows, scores }: NabFile): readonly Segment[] {
  return windows.filter(({ to }) => to >= probationOf(scores.length));
}

/** NAB's scaled sigmoid: 1 far before, 0 at, −1 far after the end of a window. */
function sigmoid(position: number): number {
  return 2 / (1 + Math.exp(5 * position)) - 1;
}
