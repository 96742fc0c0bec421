import { createStreamSurprise } from "./surprise.ts";

/** The middle, parameter by parameter, of the best thirty of 400 rules on public series; rounded. */
const RULE: SpeakingRule = {
  bar: 1.25,
  silence: { share: 0.045, least: 30, most: 225 },
  higher: 2.8,
  fatigue: 0.1,
  forget: 5000,
};

/** Score of one value of a stream. */
export interface StreamScore {
  /** 0…1, higher is worse; 0.5 is the bar. */
  readonly score: number;
  readonly alarm: boolean;
}

/** Scores one metric as it comes, without any training. */
export interface StreamScorer {
  /** @param value NaN where missing: it scores 0 and teaches nothing · @param time Unix seconds, NaN where not known */
  push(value: number, time: number): StreamScore;
}

/** @param learning rows at the start that are learnt from and score 0 */
export function createStreamScorer(learning: number): StreamScorer {
  const surprise = createStreamSurprise();
  let said = NOTHING_SAID;
  let rows = 0;
  return {
    push: (value, time) => {
      rows++;
      if (!Number.isFinite(value)) {
        return { score: 0, alarm: false };
      }
      const surprised = surprise.push(value, time);
      if (rows <= learning) {
        said = { ...said, rows: said.rows + 1 };
        return { score: 0, alarm: false };
      }
      const { state, score, alarm } = speak(said, surprised, RULE);
      said = state;
      return { score, alarm };
    },
  };
}

/** When a stream of surprises speaks up. */
export interface SpeakingRule {
  /** Mean surprise (−log10) that is an alarm. */
  readonly bar: number;
  /** Rows of silence after an alarm: this share of the rows seen, within bounds. */
  readonly silence: { readonly share: number; readonly least: number; readonly most: number };
  /** Within the silence only a surprise this many times the last alarm's speaks. */
  readonly higher: number;
  /** Each alarm raises the bar by this share of it, forgotten by half over `forget` rows. */
  readonly fatigue: number;
  readonly forget: number;
}

/** JSON-serialisable. */
export interface SpeakingState {
  readonly rows: number;
  readonly silentUntil: number;
  readonly lastAlarm: number;
  readonly fatigue: number;
}

export const NOTHING_SAID: SpeakingState = { rows: 0, silentUntil: 0, lastAlarm: 0, fatigue: 0 };
/** Rows that are not allowed to speak keep this much of their score. */
const MUFFLED = 0.2;

/**
 * A score in 0…1 for the next surprise: 0.5 at the bar, above it an alarm. After an alarm there is silence, or one incident would
 * be told again and again.
 */
export function speak(
  state: SpeakingState,
  surprise: number,
  rule: SpeakingRule,
): { readonly state: SpeakingState; readonly score: number; readonly alarm: boolean } {
  const tired = state.fatigue * 0.5 ** (1 / rule.forget);
  const ratio = surprise / (rule.bar * (1 + tired));
  const rows = state.rows + 1;
  const silent = state.rows < state.silentUntil;
  const alarm = ratio >= 1 && (!silent || surprise > state.lastAlarm * rule.higher);
  if (!alarm) {
    const score = silent ? MUFFLED * Math.min(ratio, 1) : ratio;
    return { state: { ...state, rows, fatigue: tired }, score: score / (1 + score), alarm };
  }
  const pause = Math.min(Math.max(rule.silence.share * state.rows, rule.silence.least), rule.silence.most);
  return {
    state: { rows, silentUntil: state.rows + pause, lastAlarm: surprise, fatigue: tired + rule.fatigue },
    score: ratio / (1 + ratio),
    alarm,
  };
}
