import type { Scorer } from "../detector.ts";
import { type Frame, NOMINAL_STEP } from "../frame.ts";
import { median, quantileSorted, sortedFinite } from "../math/statistics.ts";
import { arrayDetector, stateArray } from "./array-detector.ts";
import { secondMoments, shrunkInverse, standardise } from "./covariance.ts";
import { fitLagShape } from "./ensemble/lag-shape.ts";
import {
  fromArrays,
  type Learnt,
  MEMBER_ROLES,
  MEMBERS,
  type MemberRole,
  SHAPE,
  STEP,
  toArrays,
} from "./ensemble/learnt.ts";
import { createMemberScorer, type MemberState } from "./ensemble/members.ts";
import { CLIP } from "./ensemble/moving-scaler.ts";
import { fitSeason, type Season, slotOf } from "./ensemble/season.ts";
import { capped, combined, followShort, lowered, raised, SCALES, SHORT_SCALES, smooth } from "./ensemble/smoothed.ts";
import { createRobustScorer, fitRobust } from "./robust.ts";
import { fitScaler } from "./scaler.ts";

const LEVEL_SHRINKAGE = 0.1;
const FIXED_SHRINKAGE = 1e-3;
const HALF_LIFE_PERIODS = 4;
const DAY = 86_400;
const USUAL = 0.9;
/** From here on about as many events as people bear: under one a machine and day on SMD, which chose it. */
const ALERT_RATIO = 1.9;
const LEVEL = MEMBERS.indexOf("level");
const ROLES = MEMBERS.map((name) => MEMBER_ROLES[name]);
const WEIGHT_SUM = ROLES.reduce((sum, { weight }) => sum + weight, 0);
const FOLLOWING_SUM = ROLES.reduce((sum, { weight, follows }) => sum + (follows ? weight : 0), 0);

/**
 * Five simple members, each averaged over several time scales and measured by what is usual for it: the joint level with and
 * without the daily course, the joint level as history knew it, each metric's last steps, the shape of its last quarter of an
 * hour, and its own distance from history. No member can spoil the mean, and each finds what the others miss. The score ranks by
 * all of them; alerts look only at those that follow the present, or a level that has moved for good would hide what comes after.
 */
export const defaultDetector = arrayDetector({
  name: "default",
  description: "ensemble of joint level, daily course, steps, shapes and robust distances, over four time scales",
  // 2: members are capped before they are averaged. 3: a power mean of four equal views, and a score of its own for alerts.
  format: 3,
  maxMetrics: 500,
  alertRatio: ALERT_RATIO,
  fit: (train, { timeZone = "UTC" }) => toArrays(fitEnsemble(train, timeZone)),
  scorer: (arrays, metrics, state) => createScorer(fromArrays(arrays, metrics.length), state as EnsembleState | null),
});

function fitEnsemble(train: Frame, timeZone: string): Learnt {
  const scaler = fitScaler(train);
  const size = train.metrics.length;
  const times = train.times ?? Float64Array.from({ length: train.rows }, (_, row) => row * NOMINAL_STEP);
  const step = stepOf(times);
  const z = standardise(train, scaler, CLIP);
  const season = fitSeason(z, size, times, step, train.times === null ? null : timeZone);
  const width = size + season.metrics.length;
  const unscaled: Learnt = {
    scaler,
    season,
    step,
    halfLife: HALF_LIFE_PERIODS * (season.zone === null ? season.period || DAY : DAY),
    level: shrunkInverse(secondMoments(withSeasonRemoved(z, size, times, season), width), width, LEVEL_SHRINKAGE),
    fixed: shrunkInverse(secondMoments(z, size), size, FIXED_SHRINKAGE),
    stepShape: fitLagShape(z, size, STEP),
    shape: fitLagShape(z, size, SHAPE),
    robust: fitRobust(train),
    usual: new Float64Array(MEMBERS.length * SCALES).fill(1),
  };
  return { ...unscaled, usual: usualOf(unscaled, train, times) };
}

/** Rows × (metrics + seasonal metrics): z, and what the season leaves of it. */
function withSeasonRemoved(z: Float64Array, size: number, times: Float64Array, season: Season): Float64Array {
  const { metrics, profile, spread } = season;
  const width = size + metrics.length;
  const joint = new Float64Array(times.length * width);
  const slotAt = slotOf(season);
  times.forEach((time, row) => {
    joint.set(z.subarray(row * size, (row + 1) * size), row * width);
    const slot = metrics.length === 0 ? 0 : slotAt(time);
    metrics.forEach((metric, k) => {
      const rest = (z[row * size + metric] as number) - (profile[slot * metrics.length + k] as number);
      joint[row * width + size + k] = Math.min(Math.max(rest / (spread[k] as number), -CLIP), CLIP);
    });
  });
  return joint;
}

/** What each member's averages stay below in most of history, by scoring it from its start. */
function usualOf(learnt: Learnt, train: Frame, times: Float64Array): Float64Array {
  const size = train.metrics.length;
  const members = createMemberScorer(learnt, createRobustScorer(learnt.robust, size, null), null);
  const raw = MEMBERS.map(() => new Float64Array(train.rows));
  for (let row = 0; row < train.rows; row++) {
    const { scores } = members.push(train.values.subarray(row * size, (row + 1) * size), times[row] as number);
    raw.forEach((ofMember, member) => {
      ofMember[row] = scores[member] as number;
    });
  }
  return Float64Array.from(raw.flatMap((ofMember) => usualAverages(ofMember)));
}

/** The usual height of a member's score, and of each of its averages once scores are capped by it. */
function usualAverages(scores: Float64Array): readonly number[] {
  const usual = usualHeight(scores);
  const averages = new Float64Array(SCALES).fill(Number.NaN);
  const all = Array.from({ length: SCALES }, () => new Float64Array(scores.length));
  scores.forEach((score, row) => {
    smooth(averages, 0, capped(score, usual));
    all.forEach((ofScale, k) => {
      ofScale[row] = averages[k] as number;
    });
  });
  return all.map((ofScale, k) => (k === 0 ? usual : usualHeight(ofScale)));
}

const usualHeight = (scores: Float64Array) => Math.max(quantileSorted(sortedFinite(scores), USUAL), 1e-3);

interface EnsembleState {
  readonly members: MemberState;
  readonly averages: readonly number[];
  /** Short average of the level, in units of the usual; null before the first row, and in states of before 0.2. */
  readonly shortLevel?: number | null;
}

function createScorer(learnt: Learnt, saved: EnsembleState | null | undefined): Scorer {
  const size = learnt.scaler.mean.length;
  const robustScorer = createRobustScorer(learnt.robust, size, saved?.members.robust ?? null);
  const members = createMemberScorer(learnt, robustScorer, saved?.members ?? null);
  const count = MEMBERS.length * SCALES;
  const averages = saved == null ? new Float64Array(count).fill(Number.NaN) : stateArray(saved, "averages", count);
  const contributions = new Float64Array(size);
  let shortLevel = saved?.shortLevel ?? Number.NaN;
  return {
    push: (row, time) => {
      const { scores, squares, expected } = members.push(row, time);
      let all = 0;
      let following = 0;
      let short = 0;
      contributions.fill(0);
      for (let member = 0; member < MEMBERS.length; member++) {
        const { weight, averages: count, follows } = ROLES[member] as MemberRole;
        const at = member * SCALES;
        const usual = learnt.usual[at] as number;
        smooth(averages, at, capped(scores[member] as number, usual));
        const amount = weight * combined(averages, learnt.usual, at, count);
        all += amount;
        following += follows ? amount : 0;
        short += follows ? weight * combined(averages, learnt.usual, at, SHORT_SCALES) : 0;
        const unit = follows ? 1 / usual ** 2 : 0;
        for (let i = 0; unit > 0 && i < size; i++) {
          contributions[i] = (contributions[i] as number) + unit * (squares[member * size + i] as number);
        }
      }
      const alertScore = lowered(following / FOLLOWING_SUM);
      const level = (scores[LEVEL] as number) / (learnt.usual[LEVEL * SCALES] as number);
      shortLevel = followShort(shortLevel, level);
      return {
        score: lowered(all / WEIGHT_SUM),
        alertScore,
        short: {
          all: lowered(short / FOLLOWING_SUM),
          level: lowered((raised(level) + raised(shortLevel)) / 2),
          row: level,
        },
        contributions,
        expected,
      };
    },
    state: () => ({
      members: members.state(),
      averages: Array.from(averages),
      shortLevel: Number.isNaN(shortLevel) ? null : shortLevel,
    }),
  };
}

function stepOf(times: Float64Array): number {
  const steps = median(times.slice(1).map((time, at) => time - (times[at] as number)));
  return steps > 0 ? steps : NOMINAL_STEP;
}
