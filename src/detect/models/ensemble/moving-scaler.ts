import type { Scaler } from "../scaler.ts";

/** Standardises rows, following slow changes of each metric's level and spread. */
export interface MovingScaler {
  /**
   * Writes the row in units of history to `fixed` and in units of the present to `moving`, both clipped; NaN where missing.
   * Learns from the row.
   */
  standardise(row: ArrayLike<number>, time: number, fixed: Float64Array, moving: Float64Array): void;
  /** What the metric's level is now, in its own unit. */
  level(metric: number): number;
  state(): MovingState;
}

/** JSON-serialisable. */
export interface MovingState {
  readonly shift: readonly number[];
  readonly variance: readonly number[];
  readonly time: number | null;
}

export const CLIP = 200;
/** Anomalous points hardly teach: an update counts at most this many spreads. */
const UPDATE_CLIP = 20;
/** The spread may shrink to half of history's, or what was loud for a week would make every murmur a shout. */
const LEAST_VARIANCE = 0.25;
/** After a gap the next point does not teach more than this many steps' worth. */
const MAX_STEPS = 10;

/** @param halfLife seconds after which half of an old level is forgotten · @param step usual seconds between rows */
export function createMovingScaler(
  { mean, scale }: Scaler,
  halfLife: number,
  step: number,
  saved: MovingState | null,
): MovingScaler {
  const size = mean.length;
  const shift = Float64Array.from(saved?.shift ?? new Float64Array(size));
  const variance = Float64Array.from(saved?.variance ?? new Float64Array(size).fill(1));
  let last = saved?.time ?? null;
  const usualRate = 1 - 0.5 ** (step / halfLife);

  return {
    standardise: (row, time, fixed, moving) => {
      const elapsed = last === null ? step : Math.min(Math.max(time - last, 0), MAX_STEPS * step);
      const rate = elapsed === step ? usualRate : 1 - 0.5 ** (elapsed / halfLife);
      last = time;
      for (let i = 0; i < size; i++) {
        const value = ((row[i] as number) - (mean[i] as number)) / (scale[i] as number);
        if (!Number.isFinite(value)) {
          fixed[i] = Number.NaN;
          moving[i] = Number.NaN;
          continue;
        }
        const spread = Math.sqrt(variance[i] as number);
        const z = (value - (shift[i] as number)) / spread;
        fixed[i] = Math.min(Math.max(value, -CLIP), CLIP);
        moving[i] = Math.min(Math.max(z, -CLIP), CLIP);
        const step = Math.min(Math.max(z, -UPDATE_CLIP), UPDATE_CLIP);
        shift[i] = (shift[i] as number) + rate * step * spread;
        variance[i] = Math.max((variance[i] as number) * (1 + rate * (step * step - 1)), LEAST_VARIANCE);
      }
    },
    level: (metric) => (mean[metric] as number) + (shift[metric] as number) * (scale[metric] as number),
    state: () => ({ shift: Array.from(shift), variance: Array.from(variance), time: last }),
  };
}
