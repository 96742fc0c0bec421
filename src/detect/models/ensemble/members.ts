import type { Scorer } from "../../detector.ts";
import { stateArray } from "../array-detector.ts";
import { halfForm } from "../covariance.ts";
import { fillMissing } from "../missing.ts";
import { createLagScorer } from "./lag-shape.ts";
import type { Learnt } from "./learnt.ts";
import { CLIP, createMovingScaler, type MovingState } from "./moving-scaler.ts";
import { slotOf } from "./season.ts";

/** The members' scores of a row, in the order of MEMBERS, and what each metric did. Reused by the next call. */
export interface MemberScores {
  readonly scores: Float64Array;
  /** Members × metrics: squared distances. */
  readonly squares: Float64Array;
  /** Expected value per metric, in its unit. */
  readonly expected: Float64Array;
}

/** Scores rows by every member. */
export interface MemberScorer {
  push(row: ArrayLike<number>, time: number): MemberScores;
  state(): MemberState;
}

/** JSON-serialisable. */
export interface MemberState {
  readonly moving: MovingState;
  readonly held: readonly number[];
  readonly step: readonly number[];
  readonly shape: readonly number[];
  readonly robust: unknown;
}

/** @param robustScorer the robust member's own scorer */
export function createMemberScorer(learnt: Learnt, robustScorer: Scorer, saved: MemberState | null): MemberScorer {
  const { scaler, season } = learnt;
  const size = scaler.mean.length;
  const width = size + season.metrics.length;
  const moving = createMovingScaler(scaler, learnt.halfLife, learnt.step, saved?.moving ?? null);
  const lagState = (name: "step" | "shape", lags: number, smooth: number) =>
    saved === null ? null : stateArray(saved, name, size * (2 * smooth + lags));
  const stepScorer = createLagScorer(
    learnt.stepShape,
    lagState("step", learnt.stepShape.lags, learnt.stepShape.smooth),
  );
  const shapeScorer = createLagScorer(learnt.shape, lagState("shape", learnt.shape.lags, learnt.shape.smooth));
  const fixed = new Float64Array(size);
  const joint = new Float64Array(width);
  const z = joint.subarray(0, size);
  const held = saved === null ? new Float64Array(size) : stateArray(saved, "held", size);
  const scores = new Float64Array(5);
  const squares = new Float64Array(5 * size);
  const expected = new Float64Array(size);
  const part = (member: number) => squares.subarray(member * size, (member + 1) * size);
  const [levelPart, fixedPart, stepPart, shapePart, robustPart] = [part(0), part(1), part(2), part(3), part(4)];

  const slotAt = slotOf(season);
  const removeSeason = (time: number) => {
    const slot = season.metrics.length === 0 ? 0 : slotAt(time);
    for (let k = 0; k < season.metrics.length; k++) {
      const metric = season.metrics[k] as number;
      const usual = season.profile[slot * season.metrics.length + k] as number;
      expected[metric] = (expected[metric] as number) + usual * (scaler.scale[metric] as number);
      const rest = ((z[metric] as number) - usual) / (season.spread[k] as number);
      joint[size + k] = Math.min(Math.max(rest, -CLIP), CLIP);
    }
  };

  return {
    push: (row, time) => {
      for (let i = 0; i < size; i++) {
        expected[i] = moving.level(i);
      }
      moving.standardise(row, time, fixed, z);
      removeSeason(time);
      for (let i = 0; i < size; i++) {
        held[i] = Number.isNaN(z[i]) ? (held[i] as number) : (z[i] as number);
      }
      fillMissing(joint, learnt.level);
      fillMissing(fixed, learnt.fixed);
      for (let i = 0; i < size; i++) {
        levelPart[i] = (z[i] as number) ** 2;
        fixedPart[i] = (fixed[i] as number) ** 2;
      }
      for (let k = 0; k < season.metrics.length; k++) {
        const metric = season.metrics[k] as number;
        levelPart[metric] = ((levelPart[metric] as number) + (joint[size + k] as number) ** 2) / 2;
      }
      const own = robustScorer.push(row, time);
      robustPart.set(own.contributions);
      scores[0] = Math.sqrt(halfForm(joint, learnt.level) / width);
      scores[1] = Math.sqrt(halfForm(fixed, learnt.fixed) / size);
      scores[2] = stepScorer.push(held, stepPart);
      scores[3] = shapeScorer.push(held, shapePart);
      scores[4] = own.score;
      return { scores, squares, expected };
    },
    state: () => ({
      moving: moving.state(),
      held: Array.from(held),
      step: stepScorer.state(),
      shape: shapeScorer.state(),
      robust: robustScorer.state(),
    }),
  };
}
