import { UserError } from "../../alert/user-error.ts";
import { number, openOutput } from "../../files/output.ts";
import type { RawTransfer } from "../model/clean.ts";
import { type CleanUp, createCleanUp, mayTeach } from "../model/clean-up.ts";
import { isFinished } from "../model/estimator.ts";
import { type Judgement, quantileOf, type TransferScorer } from "../model/scorer.ts";
import { type ModelChoice, scorerOf } from "./model.ts";
import { readTransfers } from "./transfer-file.ts";

export interface ScoreTransfersOptions extends ModelChoice {
  readonly test: string;
  readonly out: string;
  readonly quantiles?: string;
  readonly json?: boolean;
}

/** What scoring a file came to. */
export interface ScoredTransfers {
  readonly rows: number;
  /** Rows that got a prediction; the others are empty in the output. */
  readonly scored: number;
  /** What was wrong with rows → how many. */
  readonly cleaned: Readonly<Record<string, number>>;
}

/**
 * Predicts each row of a file from the rows before it that were over when it began, and writes one row for each:
 * `predicted_seconds,lower,upper,score`, empty for rows that are no transfer.
 * @throws UserError for what cannot be read or written, or when there is nothing to learn from
 */
export async function scoreTransfers(options: ScoreTransfersOptions): Promise<ScoredTransfers> {
  const levels = quantilesOf(options.quantiles);
  const scorer = await scorerOf(options);
  const cleanUp = createCleanUp(false);
  const out = await openOutput(options.out);
  await out.line(["predicted_seconds", "lower", "upper", "score", ...levels.map((p) => `q${p}`)].join(","));
  let rows = 0;
  let scored = 0;
  for await (const { raw } of readTransfers(options.test)) {
    rows++;
    const judgement = judgeAndLearn(scorer, cleanUp, raw ?? {});
    scored += judgement === null ? 0 : 1;
    await out.line(judgement === null ? ",".repeat(3 + levels.length) : lineOf(judgement, levels));
  }
  await out.close();
  return { rows, scored, cleaned: cleanUp.counts };
}

/** Null for a row that is no transfer. */
export function judgeAndLearn(scorer: TransferScorer, cleanUp: CleanUp, raw: RawTransfer): Judgement | null {
  const { transfer, flaws } = cleanUp.take(raw);
  if (transfer === null) {
    return null;
  }
  const judgement = scorer.judge(transfer);
  if (isFinished(transfer) && mayTeach(flaws)) {
    scorer.learn(transfer, judgement);
  }
  return judgement;
}

/** A line per kind of thing that was wrong; nothing when nothing was. */
export function cleanedText(path: string, counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([what, count]) => `${path}: ${what}: ${count}\n`)
    .join("");
}

function lineOf(judgement: Judgement, levels: readonly number[]): string {
  const { seconds, lower, upper, score } = judgement;
  const quantiles = levels.map((p) => quantileOf(judgement, p));
  return [seconds, lower, upper, score ?? Number.NaN, ...quantiles].map(number).join(",");
}

const MOST_QUANTILES = 20;

function quantilesOf(text: string | undefined): readonly number[] {
  const levels = text === undefined ? [] : text.split(",").map(Number);
  if (levels.length > MOST_QUANTILES || levels.some((p) => !(p > 0 && p < 1))) {
    throw new UserError(
      `"${text}" are not quantiles`,
      "--quantiles",
      "give numbers between 0 and 1, e.g. 0.05,0.5,0.95",
    );
  }
  return levels;
}
