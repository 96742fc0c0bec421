import { UserError } from "../../alert/user-error.ts";
import { median } from "../../detect/math/statistics.ts";
import { createCleanUp, mayTeach } from "../model/clean-up.ts";
import { type Finished, isFinished } from "../model/estimator.ts";
import { NearestTransfers } from "../model/knn.ts";
import {
  type Accuracy,
  accuracy,
  type IntervalQuality,
  intervalQuality,
  type Judged,
  type TailQuality,
  tailQuality,
} from "../model/measures.ts";
import type { TransferModelName } from "../model/models.ts";
import { trainWithThread } from "./model.ts";
import { readTransfers } from "./transfer-file.ts";

/** One way to predict, judged. */
export interface EvaluatedModel {
  readonly name: string;
  readonly accuracy: Accuracy;
  readonly intervals: IntervalQuality | null;
  /** Of the transfers that took more than 180 s. */
  readonly tail: TailQuality;
  /** Share of slow and of other transfers whose score was among the highest 0.5 and 5 %; null without scores. */
  readonly flagged: readonly Flagged[] | null;
}

interface Flagged {
  readonly rate: number;
  readonly threshold: number;
  readonly share: number;
  readonly ofSlow: number;
}

export interface TransferEvaluation {
  readonly file: string;
  readonly fit: number;
  readonly judged: number;
  readonly cleaned: Readonly<Record<string, number>>;
  readonly models: readonly EvaluatedModel[];
}

/** What is compared on which rows. */
export interface EvaluationSetup {
  /** Rows that only teach, and rows that are judged after them; null: all that are left. */
  readonly fit: number;
  readonly judge: number | null;
  readonly models: readonly TransferModelName[];
  readonly seed: number;
}

interface Row {
  readonly transfer: Finished;
  readonly teaches: boolean;
  /** The file's own column `prediction`, seconds; null without one. */
  readonly given: number | null;
}

/**
 * Learns from the first rows, then predicts each of the rest from those before it that were over when it began, with
 * every model and baseline on the same rows.
 * @throws UserError when the file has too few rows
 */
export async function evaluateTransfers(
  path: string,
  { fit, judge, models: names, seed }: EvaluationSetup,
): Promise<TransferEvaluation> {
  const cleanUp = createCleanUp();
  const rows: Row[] = [];
  for await (const { raw } of readTransfers(path)) {
    const { transfer, flaws } = cleanUp.take(raw ?? {});
    if (transfer !== null && isFinished(transfer)) {
      const given = Number(raw?.["prediction"] ?? Number.NaN);
      rows.push({ transfer, teaches: mayTeach(flaws), given: Number.isFinite(given) ? given : null });
    }
    if (judge !== null && rows.length === fit + judge) {
      break;
    }
  }
  if (rows.length <= fit) {
    throw new UserError(`${rows.length} transfers, of which ${fit} only teach`, path, "give more, or a smaller --fit");
  }
  const past = rows.slice(0, fit);
  const judged = rows.slice(fit);
  const models = [ownColumn(judged), ...constants(past, judged), nearest(past, judged)];
  for (const name of names) {
    models.push(await learning(name, past, judged, seed));
  }
  return {
    file: path,
    fit,
    judged: judged.length,
    cleaned: cleanUp.counts,
    models: models.filter((model) => model !== null),
  };
}

function ownColumn(rows: readonly Row[]): EvaluatedModel | null {
  return rows.every(({ given }) => given !== null)
    ? judgedPoints("the file's column prediction", rows, (row) => row.given as number)
    : null;
}

function constants(past: readonly Row[], rows: readonly Row[]): EvaluatedModel[] {
  const middle = median(past.map(({ transfer }) => transfer.duration));
  return [
    judgedPoints("constant 20 s", rows, () => 20),
    judgedPoints(`constant ${Math.round(middle)} s, the median before`, rows, () => middle),
  ];
}

function nearest(past: readonly Row[], rows: readonly Row[]): EvaluatedModel {
  const neighbours = new NearestTransfers();
  for (const { transfer } of past) {
    neighbours.learn(transfer);
  }
  return judgedPoints("5 nearest by link, size and time", rows, ({ transfer }) => {
    const seconds = neighbours.predict(transfer);
    neighbours.learn(transfer);
    return seconds ?? 20;
  });
}

function judgedPoints(name: string, rows: readonly Row[], predict: (row: Row) => number): EvaluatedModel {
  const points = rows.map((row) => ({
    seen: row.transfer.duration,
    predicted: predict(row),
    lower: null,
    upper: null,
  }));
  return { name, accuracy: accuracy(points), intervals: null, tail: tailQuality(points), flagged: null };
}

async function learning(
  name: TransferModelName,
  past: readonly Row[],
  rows: readonly Row[],
  seed: number,
): Promise<EvaluatedModel> {
  const history = past.filter(({ teaches }) => teaches).map(({ transfer }) => transfer);
  const scorer = await trainWithThread(name, history, seed);
  const points = rows.map(({ transfer, teaches }) => {
    const judgement = scorer.judge(transfer);
    if (teaches) {
      scorer.learn(transfer, judgement);
    }
    const { seconds: predicted, lower, upper, score } = judgement;
    return { seen: transfer.duration, predicted, lower, upper, score: score as number };
  });
  return {
    name,
    accuracy: accuracy(points),
    intervals: intervalQuality(points),
    tail: tailQuality(points),
    flagged: [0.005, 0.05].map((rate) => flaggedAt(rate, points)),
  };
}

function flaggedAt(rate: number, points: readonly (Judged & { readonly score: number })[]): Flagged {
  const threshold = -Math.log10(rate);
  const slow = points.filter(({ seen }) => seen > 180);
  const share = (of: readonly { readonly score: number }[]) =>
    of.filter(({ score }) => score >= threshold).length / of.length;
  return { rate, threshold, share: share(points), ofSlow: share(slow) };
}

/** The evaluation as Markdown tables. */
export function renderEvaluation({ file, fit, judged, cleaned, models }: TransferEvaluation): string {
  const tail = models[0]?.tail.transfers ?? 0;
  const wrong = Object.entries(cleaned).map(([what, count]) => `${what} ${count}`);
  const lines = [
    `${file}: ${fit} transfers teach, ${judged} are judged; cleaned: ${wrong.join(", ") || "nothing"}`,
    "",
    "| prediction | within 180 s | MAE, s | median error, s | within a factor of two | RMSLE | 90 % interval holds | its width, mean and median, s |",
    "|---|---|---|---|---|---|---|---|",
    ...models.map(accuracyLine),
  ];
  const tailLines = [
    "",
    `The ${tail} that took more than 180 s:`,
    "",
    "| prediction | within 180 s | MAE, s | median error, s | within a factor of two | RMSLE | predicted as slow | interval reached beyond 180 s (of the others) | scored in the top 0.5 % · 5 % (of all) |",
    "|---|---|---|---|---|---|---|---|---|",
    ...models.map(tailLine),
  ];
  return `${[...lines, ...(tail === 0 ? [] : tailLines)].join("\n")}\n`;
}

function accuracyCells({ within180, meanError, medianError, withinFactor2, rmsle }: Accuracy): string[] {
  return [percent(within180), meanError.toFixed(1), medianError.toFixed(1), withinFactor2.toFixed(3), rmsle.toFixed(3)];
}

function accuracyLine({ name, accuracy: all, intervals }: EvaluatedModel): string {
  const width = intervals === null ? "–" : `${intervals.meanWidth.toFixed(0)} · ${intervals.medianWidth.toFixed(0)}`;
  return row([name, ...accuracyCells(all), intervals === null ? "–" : percent(intervals.coverage), width]);
}

function tailLine({ name, tail, flagged }: EvaluatedModel): string {
  const foreseen =
    tail.foreseen === null ? "–" : `${percent(tail.foreseen)} (${percent(tail.falselyForeseen ?? Number.NaN)})`;
  const scored = (flagged ?? []).map(({ share, ofSlow }) => `${percent(ofSlow)} (${percent(share)})`).join(" · ");
  return row([name, ...accuracyCells(tail), percent(tail.predictedSlow), foreseen, scored || "–"]);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "–";
}
