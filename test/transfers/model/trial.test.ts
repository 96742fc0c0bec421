import { describe, expect, it } from "vitest";
import {
  judgeTransferModels,
  LEAST_JUDGED,
  type Outcome,
  outcomeOf,
  trialOf,
} from "../../../src/transfers/model/trial.ts";
import { START, trainedOn, transfer } from "./samples.ts";

const RATE = 0.005;
const good: Outcome = { error: 0.2, pinball: 0.1, held: true, score: 0.5 };

/** As many as are needed to judge, nine of ten inside their interval. */
function many(change: Partial<Outcome> = {}, count = LEAST_JUDGED): Outcome[] {
  return Array.from({ length: count }, (_, at) => ({ ...good, held: at % 10 !== 0, ...change }));
}
const judge = (challenger: readonly Outcome[]) =>
  judgeTransferModels(trialOf(many(), RATE), trialOf(challenger, RATE), RATE);

describe("judging a new model of durations beside the live one", () => {
  it("lets it go live when it is as good, and says on what figures", () => {
    expect(judge(many())).toMatchObject({
      promote: true,
      because: expect.stringMatching(
        /^not worse: pinball loss 0.1 .*90 % interval holds for 90 % \(90 %\) of 100 transfers/,
      ),
      figures: { judged: 100, rmsle: expect.closeTo(0.2), championCoverage: 0.9 },
    });
  });

  it.each([
    ["larger loss", { pinball: 0.11 }, /^worse: pinball loss 0.11 instead of 0.1$/],
    ["larger errors", { error: -0.3 }, /^worse: RMSLE 0.3 instead of 0.2$/],
    ["an interval that never fails", { held: true }, /^worse: its 90 % interval holds for 100 % instead of 90 %$/],
    ["many more called anomalous", { score: 3 }, /^worse: 100 % called anomalous instead of 0 %$/],
  ])("keeps the live one for %s", (_, change, because) => {
    expect(judge(many(change))).toMatchObject({ promote: false, because: expect.stringMatching(because) });
  });

  it("does not decide on a few transfers, nor on none", () => {
    expect(judge(many({}, LEAST_JUDGED - 1))).toMatchObject({
      promote: false,
      because: "only 99 transfers were judged by both",
    });
    expect(judge([])).toMatchObject({ promote: false, figures: { rmsle: 0 } });
  });

  it("measures a prediction by what was said before it was learnt", async () => {
    const scorer = await trainedOn(
      Array.from({ length: 200 }, (_, at) => transfer({ startedAt: START + at, duration: 20 + (at % 5) })),
    );
    const asked = transfer({ startedAt: START + 400, duration: 22 });
    const late = transfer({ startedAt: START + 400, duration: 900 });
    const [usual, slow] = [outcomeOf(asked, scorer.judge(asked)), outcomeOf(late, scorer.judge(late))];
    expect(usual).toMatchObject({ held: true });
    expect(Math.abs(usual.error)).toBeLessThan(0.3);
    expect(slow).toMatchObject({ held: false });
    expect(slow.pinball).toBeGreaterThan(10 * usual.pinball);
    expect(slow.score).toBeGreaterThan(2);
  });
});
