import { median } from "../../detect/math/statistics.ts";

/** One transfer that was predicted and is over. Seconds. */
export interface Judged {
  readonly seen: number;
  readonly predicted: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** How good predictions are. Shares are 0 to 1, times are seconds; NaN of nothing. */
export interface Accuracy {
  readonly transfers: number;
  /** Predicted to within 180 s. */
  readonly within180: number;
  readonly meanError: number;
  readonly medianError: number;
  /** Neither more than twice nor less than half; times below a second count as one. */
  readonly withinFactor2: number;
  /** Root mean squared difference of ln(1 + seconds). */
  readonly rmsle: number;
}

/** How good intervals are. */
export interface IntervalQuality {
  readonly coverage: number;
  readonly meanWidth: number;
  readonly medianWidth: number;
}

/** Of the transfers that took longer than a limit: how well they were foreseen. */
export interface TailQuality extends Accuracy {
  /** Predicted to take longer than the limit. */
  readonly predictedSlow: number;
  /** The interval's upper end was beyond the limit; null without intervals. */
  readonly foreseen: number | null;
  /** Share of the others of which the same was said. */
  readonly falselyForeseen: number | null;
}

const SLOW = 180;

export function accuracy(rows: readonly Judged[]): Accuracy {
  const errors = rows.map(({ seen, predicted }) => Math.abs(predicted - seen));
  const logs = rows.map(({ seen, predicted }) => Math.log1p(Math.max(0, predicted)) - Math.log1p(seen));
  return {
    transfers: rows.length,
    within180: mean(errors.map((error) => Number(error <= SLOW))),
    meanError: mean(errors),
    medianError: median(errors),
    withinFactor2: mean(rows.map(({ seen, predicted }) => Number(ratio(seen, predicted) <= 2))),
    rmsle: Math.sqrt(mean(logs.map((difference) => difference ** 2))),
  };
}

export function intervalQuality(rows: readonly Judged[]): IntervalQuality | null {
  const whole = rows.flatMap(({ seen, lower, upper }) =>
    lower === null || upper === null ? [] : [{ seen, lower, upper }],
  );
  if (whole.length === 0) {
    return null;
  }
  const widths = whole.map(({ lower, upper }) => upper - lower);
  return {
    coverage: mean(whole.map(({ seen, lower, upper }) => Number(seen >= lower && seen <= upper))),
    meanWidth: mean(widths),
    medianWidth: median(widths),
  };
}

export function tailQuality(rows: readonly Judged[], limit = SLOW): TailQuality {
  const slow = rows.filter(({ seen }) => seen > limit);
  const others = rows.filter(({ seen }) => seen <= limit);
  const says = ({ upper }: Judged) => Number(upper !== null && upper > limit);
  const hasIntervals = rows.some(({ upper }) => upper !== null);
  return {
    ...accuracy(slow),
    predictedSlow: mean(slow.map(({ predicted }) => Number(predicted > limit))),
    foreseen: hasIntervals ? mean(slow.map(says)) : null,
    falselyForeseen: hasIntervals ? mean(others.map(says)) : null,
  };
}

function ratio(seen: number, predicted: number): number {
  const a = Math.max(1, seen);
  const b = Math.max(1, predicted);
  return Math.max(a / b, b / a);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
