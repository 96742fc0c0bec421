import { NOTHING_SAID, type SpeakingRule, speak } from "./speaking.ts";
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
