import { type Arrays, learntArray } from "../array-detector.ts";
import type { Scaler } from "../scaler.ts";
import type { LagShape, LagSpec } from "./lag-shape.ts";
import type { Season } from "./season.ts";
import { SCALES } from "./smoothed.ts";

/** Members whose scores are averaged, in the order of `usual`. */
export const MEMBERS = ["level", "fixed", "step", "shape", "robust"] as const;

/** What a member counts for. */
export interface MemberRole {
  readonly weight: number;
  /** Over how many of the half-lives its score is averaged, shortest first. */
  readonly averages: number;
  /** It follows the present: what has changed for good is forgiven, so it may raise an alert and say which metric it was. */
  readonly follows: boolean;
}

/**
 * Four views count the same: the level as it is now, the level as history knew it (told by two members), steps and shapes. A
 * change is short by its nature and leaves out the longest average, which a level needs.
 */
export const MEMBER_ROLES: Readonly<Record<(typeof MEMBERS)[number], MemberRole>> = {
  level: { weight: 1, averages: SCALES, follows: true },
  fixed: { weight: 0.5, averages: SCALES, follows: false },
  step: { weight: 1, averages: SCALES - 1, follows: true },
  shape: { weight: 1, averages: SCALES - 1, follows: true },
  robust: { weight: 0.5, averages: SCALES, follows: false },
};

export const STEP: LagSpec = { lags: 3, smooth: 1 };
export const SHAPE: LagSpec = { lags: 6, smooth: 3 };

/** What the ensemble has learnt from history. */
export interface Learnt {
  readonly scaler: Scaler;
  readonly season: Season;
  /** Usual seconds between rows. */
  readonly step: number;
  /** Seconds after which half of an old level is forgotten. */
  readonly halfLife: number;
  /** Inverse covariance of [z, what the season leaves], in units of the present. */
  readonly level: Float64Array;
  /** Inverse covariance of z in units of history. */
  readonly fixed: Float64Array;
  readonly stepShape: LagShape;
  readonly shape: LagShape;
  /** What `robust` has learnt. */
  readonly robust: Arrays;
  /** Per member and smoothing: what its score stays below in 90 % of history. */
  readonly usual: Float64Array;
}

/** As arrays to be saved. */
export function toArrays(learnt: Learnt): Arrays {
  const { season, stepShape, shape } = learnt;
  return {
    ...learnt.scaler,
    numbers: Float64Array.of(learnt.step, learnt.halfLife, season.period, season.slots),
    seasonZone: Float64Array.from(season.zone ?? "", (letter) => letter.charCodeAt(0)),
    seasonMetrics: Float64Array.from(season.metrics),
    seasonProfile: season.profile,
    seasonSpread: season.spread,
    level: learnt.level,
    fixed: learnt.fixed,
    stepSpread: stepShape.spread,
    stepPrecision: stepShape.precision,
    shapeSpread: shape.spread,
    shapePrecision: shape.precision,
    robustLevel: learnt.robust["level"] ?? new Float64Array(),
    robustScale: learnt.robust["scale"] ?? new Float64Array(),
    usual: learnt.usual,
  };
}

/** Inverse of {@link toArrays}. @throws Error when an array is missing or of another size */
export function fromArrays(arrays: Arrays, size: number): Learnt {
  const take = (name: string, length?: number) => learntArray(arrays, name, length);
  const [step = 60, halfLife = 1, period = 0, slots = 1] = take("numbers", 4);
  const metrics = Array.from(take("seasonMetrics"));
  const width = size + metrics.length;
  const lagShape = (name: string, spec: LagSpec): LagShape => ({
    ...spec,
    spread: take(`${name}Spread`, size),
    precision: take(`${name}Precision`, size * spec.lags * spec.lags),
  });
  return {
    scaler: { mean: take("mean", size), scale: take("scale", size) },
    season: {
      period,
      // Models from before there were zones have none.
      zone: String.fromCharCode(...(arrays["seasonZone"] ?? [])) || null,
      slots,
      metrics,
      profile: take("seasonProfile", metrics.length === 0 ? undefined : slots * metrics.length),
      spread: take("seasonSpread", metrics.length),
    },
    step,
    halfLife,
    level: take("level", width * width),
    fixed: take("fixed", size * size),
    stepShape: lagShape("step", STEP),
    shape: lagShape("shape", SHAPE),
    robust: { level: take("robustLevel", size), scale: take("robustScale", size) },
    usual: take("usual", MEMBERS.length * SCALES),
  };
}
