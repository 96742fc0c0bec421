/** What scores usually stay below just now; JSON-serialisable. */
export interface LevelState {
  /** Natural logarithm of the level. */
  readonly log: number;
  readonly time: number | null;
}

/** How fast and how far the level follows. */
export interface LevelRule {
  /** The 90 % quantile of history's scores: where the level starts. */
  readonly start: number;
  /** The median of history's scores. */
  readonly middle: number;
  /** Seconds in which the level can grow or shrink by e. */
  readonly follow: number;
  /** Usual seconds between points. */
  readonly step: number;
}

/** The level is what this share of history's scores stays below. */
export const LEVEL_SHARE = 0.9;
const LEAST_OF_START = 0.5;
const MAX_STEPS = 10;

/** The level before the first score. */
export function startLevel({ start }: LevelRule): LevelState {
  return { log: Math.log(start), time: null };
}

/**
 * Follows the median of the scores in steps of its logarithm, and stays as far above it as history's 90 % quantile was: drift is
 * forgiven in half a day, a burst is not. A median sinks as fast as it rises, where a high quantile that was followed would need nine times
 * as long as an incident lasted, and hide what comes in that time. It is what DSPOT's moving average is to SPOT. The level never
 * falls below half of history's.
 */
export function followLevel(state: LevelState, score: number, time: number, rule: LevelRule): LevelState {
  const elapsed = state.time === null ? rule.step : Math.min(Math.max(time - state.time, 0), MAX_STEPS * rule.step);
  const middle = state.log + Math.log(rule.middle / rule.start);
  const direction = Math.log(Math.max(score, 1e-12)) > middle ? 1 : -1;
  const log = state.log + (elapsed / rule.follow) * direction;
  return { log: Math.max(log, Math.log(rule.start * LEAST_OF_START)), time };
}
