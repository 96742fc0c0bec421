import { NOTHING_SAID, type SpeakingRule, speak } from "./speaking.ts";
import { createStreamSurprise, WEIGHTS } from "./surprise.ts";

/** Near the middle of what did well on public series, and silent on those without anomalies; its neighbours do up to five points worse. */
const RULE: SpeakingRule = {
  bar: 0.9,
  silence: { share: 0.05, least: 30, most: 300 },
  higher: 2,
  fatigue: 0.03,
  forget: 5000,
};
const WEIGHT_SUM = WEIGHTS.reduce((sum, weight) => sum + weight, 0);

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
      const surprises = surprise.push(value, time);
      let sum = 0;
      for (let i = 0; i < surprises.length; i++) {
        sum += (WEIGHTS[i] as number) * (surprises[i] as number);
      }
      if (rows <= learning) {
        said = { ...said, rows: said.rows + 1 };
        return { score: 0, alarm: false };
      }
      const { state, score, alarm } = speak(said, sum / WEIGHT_SUM, RULE);
      said = state;
      return { score, alarm };
    },
  };
}
