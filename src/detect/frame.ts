import { UserError } from "../alert/user-error.ts";

/**
 * Values of F metrics of one entity at consecutive times. `values` is row-major, rows × F;
 * NaN is a missing value (never a zero).
 */
export interface Frame {
  readonly metrics: readonly string[];
  readonly rows: number;
  readonly values: Float64Array;
  /** Unix seconds per row, ascending; null when the series has no times. */
  readonly times: Float64Array | null;
}

/** Rows without times are taken as this many seconds apart: those of history from 0 on, those scored after it go on from there. */
export const NOMINAL_STEP = 60;

/**
 * @throws UserError when there is no metric, more than `limit` (what the detector can hold), or `values` has another size
 */
export function checkMetrics(frame: Frame, limit: number, detector: string): void {
  const count = frame.metrics.length;
  if (count === 0) {
    throw new UserError("no metric", "history", "give at least one column of numbers");
  }
  if (count > limit) {
    throw new UserError(
      `${count} metrics, detector "${detector}" takes at most ${limit}`,
      "history",
      "choose fewer metrics per entity, or a detector that looks at each metric alone (robust)",
    );
  }
  if (frame.values.length !== frame.rows * count) {
    throw new UserError(
      `${frame.values.length} values for ${frame.rows} rows of ${count} metrics`,
      "history",
      "give rows × metrics values, NaN where one is missing",
    );
  }
}
