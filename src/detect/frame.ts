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
