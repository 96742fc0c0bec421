import type { Judgement as Decision } from "../../detect/challenge.ts";
import { type Finished, logDuration } from "./estimator.ts";
import { type Judgement, quantileOf, type TransferScorer } from "./scorer.ts";

/** How good one prediction was, known when the transfer was over. */
export interface Outcome {
  /** ln(1 + seconds), foretold less seen. */
  readonly error: number;
  /** Pinball loss of the quantiles .05 to .95 on that scale. */
  readonly pinball: number;
  /** The 90 % interval held. */
  readonly held: boolean;
  /** −log10 of the probability of lasting at least so long. */
  readonly score: number;
}

/** How good the predictions of many were. */
export interface TransferTrial {
  readonly transfers: number;
  readonly rmsle: number;
  readonly pinball: number;
  readonly withinFactor2: number;
  readonly coverage: number;
  /** Share of scores beyond the chosen rate's. */
  readonly flagged: number;
}

/** Fewer transfers than this say nothing of which model is better. */
export const LEAST_JUDGED = 100;
const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;
const AIMED_COVERAGE = 0.9;
/** A challenger may be this much worse: less is chance. */
const MORE_LOSS = 0.02;
const MORE_COVERAGE_ERROR = 0.02;
const MORE_FLAGGED = 3;

/** @param judgement what was said of it before it was learnt */
export function outcomeOf(transfer: Finished, judgement: Judgement): Outcome {
  const seen = logDuration(transfer.duration);
  let pinball = 0;
  for (const p of QUANTILES) {
    const over = seen - logDuration(quantileOf(judgement, p));
    pinball += Math.max(p * over, (p - 1) * over) / QUANTILES.length;
  }
  return {
    error: logDuration(judgement.seconds) - seen,
    pinball,
    held: transfer.duration >= judgement.lower && transfer.duration <= judgement.upper,
    score: judgement.score ?? 0,
  };
}

/** Judges a transfer that is over, then learns from it. */
export function judgeAndTeach(scorer: TransferScorer, transfer: Finished): Outcome {
  const judgement = scorer.judge(transfer);
  scorer.learn(transfer, judgement);
  return outcomeOf(transfer, judgement);
}

/** @param rate share of transfers that shall be called anomalous */
export function trialOf(outcomes: readonly Outcome[], rate: number): TransferTrial {
  const mean = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / Math.max(1, outcomes.length);
  return {
    transfers: outcomes.length,
    rmsle: Math.sqrt(mean(({ error }) => error ** 2)),
    pinball: mean(({ pinball }) => pinball),
    withinFactor2: mean(({ error }) => Number(Math.abs(error) <= Math.LN2)),
    coverage: mean(({ held }) => Number(held)),
    flagged: mean(({ score }) => Number(score > -Math.log10(rate))),
  };
}

/**
 * A challenger is promoted when it is not worse than the champion on the same transfers: no larger loss nor error, an interval
 * that holds as well, and not several times as many called anomalous.
 */
export function judgeTransferModels(champion: TransferTrial, challenger: TransferTrial, rate: number): Decision {
  const [held, wanted] = [champion, challenger];
  const figures = figuresOf(champion, challenger);
  if (wanted.transfers < LEAST_JUDGED) {
    const because = `only ${wanted.transfers} transfers were judged by both`;
    return { promote: false, because, figures };
  }
  const off = ({ coverage }: TransferTrial) => Math.abs(coverage - AIMED_COVERAGE);
  const worse = [
    wanted.pinball > held.pinball * (1 + MORE_LOSS) &&
      `pinball loss ${number(wanted.pinball)} instead of ${number(held.pinball)}`,
    wanted.rmsle > held.rmsle * (1 + MORE_LOSS) && `RMSLE ${number(wanted.rmsle)} instead of ${number(held.rmsle)}`,
    off(wanted) > off(held) + MORE_COVERAGE_ERROR &&
      `its 90 % interval holds for ${percent(wanted.coverage)} instead of ${percent(held.coverage)}`,
    wanted.flagged > MORE_FLAGGED * Math.max(held.flagged, rate) &&
      `${percent(wanted.flagged)} called anomalous instead of ${percent(held.flagged)}`,
  ].filter((reason) => reason !== false);
  const facts =
    `pinball loss ${number(wanted.pinball)} (${number(held.pinball)} before), RMSLE ${number(wanted.rmsle)} ` +
    `(${number(held.rmsle)}), within a factor of two ${percent(wanted.withinFactor2)} (${percent(held.withinFactor2)}), ` +
    `90 % interval holds for ${percent(wanted.coverage)} (${percent(held.coverage)}) of ${wanted.transfers} transfers`;
  const promote = worse.length === 0;
  return { promote, because: promote ? `not worse: ${facts}` : `worse: ${worse.join("; ")}`, figures };
}

function figuresOf(champion: TransferTrial, challenger: TransferTrial): Readonly<Record<string, number>> {
  return {
    judged: challenger.transfers,
    pinball: challenger.pinball,
    championPinball: champion.pinball,
    rmsle: challenger.rmsle,
    championRmsle: champion.rmsle,
    coverage: challenger.coverage,
    championCoverage: champion.coverage,
    flagged: challenger.flagged,
    championFlagged: champion.flagged,
  };
}

const number = (value: number) => String(Number(value.toPrecision(3)));
const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;
